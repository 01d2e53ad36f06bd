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
    regexp_extract(verb_id, '([^/]+)$', 1) AS contribution_kind,
    contribution_kind IN ('responded', 'shared', 'reviewed') AS is_giving
FROM dimensional.fact_statement
WHERE
    verb_id IN (
        'http://adlnet.gov/expapi/verbs/asked',
        'http://adlnet.gov/expapi/verbs/commented',
        'http://adlnet.gov/expapi/verbs/responded',
        'http://adlnet.gov/expapi/verbs/shared',
        'http://id.tincanapi.com/verb/reviewed'
    )
