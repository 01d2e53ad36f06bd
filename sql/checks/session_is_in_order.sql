-- Sessions of a student follow each other: each ends after it began and before the next, which comes after a pause.
-- columns:
--   student_key      the student
--   session_number   the session
--   started_at       its first statement
--   ended_at         its last statement
--   next_started_at  first statement of the next session
WITH followed AS (
    SELECT
        student_key,
        session_number,
        started_at,
        ended_at,
        lead(started_at) OVER (PARTITION BY student_key ORDER BY session_number) AS next_started_at
    FROM dimensional.fact_session
)

SELECT
    student_key,
    session_number,
    started_at,
    ended_at,
    next_started_at
FROM followed
WHERE
    ended_at < started_at
    OR next_started_at <= ended_at + to_minutes((SELECT session_gap_minutes FROM run.refresh_state))
