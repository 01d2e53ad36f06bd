-- Everything students said to or did for each other.
-- grain: statement_id
-- scope: student
-- columns:
--   statement_id       the statement
--   student_key        the student
--   course_id          the course
--   activity_id        the thread or work
--   occurred_at        when
--   contribution_kind  asked, commented, responded, shared or reviewed
--   is_giving          whether it helps others: responded, shared, reviewed
SELECT
    statement_id,
    student_key,
    course_id,
    activity_id,
    occurred_at,
    contribution_kind,
    contribution_kind IN ('responded', 'shared', 'reviewed') AS is_giving
FROM dimensional.fact_statement
WHERE contribution_kind IS NOT NULL
