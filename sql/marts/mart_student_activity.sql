-- A student's activity as a whole.
-- grain: student_key
-- scope: student
-- columns:
--   student_key               the student
--   n_statements              statements that count
--   n_sessions                sessions
--   n_days                    different days with a session
--   active_seconds            time on task
--   median_session_seconds    median length of a session of more than one statement
--   n_attempts                answers
--   n_correct                 right ones
--   n_timed                   answers whose duration can be compared with the item's usual time
--   median_relative_duration  median of these durations as multiples of the usual time
--   last_contact_at           when somebody last spoke to the student: a score on their work
--   evidence_ids              last ten statements, latest first
WITH sessions AS (
    SELECT
        student_key,
        count(*) AS n_sessions,
        count(DISTINCT local_day) AS n_days,
        sum(duration_seconds) AS active_seconds,
        median(duration_seconds) FILTER (WHERE n_statements > 1) AS median_session_seconds
    FROM dimensional.fact_session
    GROUP BY student_key
),

attempts AS (
    SELECT
        fact_attempt.student_key,
        count(*) AS n_attempts,
        count(*) FILTER (WHERE fact_attempt.is_correct) AS n_correct,
        count(attempt_effort.relative_duration) AS n_timed,
        median(attempt_effort.relative_duration) AS median_relative_duration
    FROM dimensional.fact_attempt
    INNER JOIN norms.attempt_effort ON fact_attempt.attempt_id = attempt_effort.attempt_id
    GROUP BY fact_attempt.student_key
),

contacts AS (
    SELECT
        student_key,
        max(last_scored_at) AS last_contact_at
    FROM dimensional.fact_submission
    GROUP BY student_key
),

latest AS (
    SELECT
        student_key,
        statement_id,
        row_number() OVER (PARTITION BY student_key ORDER BY occurred_at DESC, statement_id DESC) AS from_last
    FROM dimensional.fact_statement
    QUALIFY from_last <= 10
),

evidence AS (
    SELECT
        student_key,
        list(statement_id::VARCHAR ORDER BY from_last) AS evidence_ids
    FROM latest
    GROUP BY student_key
)

SELECT
    dim_student.student_key,
    dim_student.n_statements,
    coalesce(sessions.n_sessions, 0) AS n_sessions,
    coalesce(sessions.n_days, 0) AS n_days,
    coalesce(sessions.active_seconds, 0) AS active_seconds,
    sessions.median_session_seconds,
    coalesce(attempts.n_attempts, 0) AS n_attempts,
    coalesce(attempts.n_correct, 0) AS n_correct,
    coalesce(attempts.n_timed, 0) AS n_timed,
    attempts.median_relative_duration,
    contacts.last_contact_at,
    evidence.evidence_ids
FROM dimensional.dim_student
LEFT JOIN sessions ON dim_student.student_key = sessions.student_key
INNER JOIN evidence ON dim_student.student_key = evidence.student_key
LEFT JOIN attempts ON dim_student.student_key = attempts.student_key
LEFT JOIN contacts ON dim_student.student_key = contacts.student_key
