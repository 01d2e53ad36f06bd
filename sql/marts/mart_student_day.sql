-- The latest 70 days on which a student did something.
-- grain: student_key, local_day
-- scope: student
-- columns:
--   student_key     the student
--   local_day       the day, in the school's time zone
--   active_seconds  time on task of the sessions begun on it
--   n_sessions      these sessions
--   n_attempts      answers in them
SELECT
    student_key,
    local_day,
    active_seconds,
    n_sessions,
    n_attempts
FROM dimensional.fact_day
QUALIFY row_number() OVER (PARTITION BY student_key ORDER BY local_day DESC) <= 70
