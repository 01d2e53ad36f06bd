-- Every day on which a student did something, in the school's time zone.
-- grain: student_key, local_day
-- scope: student
-- columns:
--   student_key     the student
--   local_day       the day
--   n_sessions      sessions begun on it
--   active_seconds  time on task of those sessions
--   n_statements    statements of those sessions
--   n_attempts      answers of those sessions
SELECT
    student_key,
    local_day,
    count(*) AS n_sessions,
    sum(duration_seconds) AS active_seconds,
    sum(n_statements)::BIGINT AS n_statements,
    sum(n_attempts)::BIGINT AS n_attempts
FROM dimensional.fact_session
GROUP BY student_key, local_day
