-- How far each student got with each activity that can be completed, passed or scored.
-- grain: student_key, activity_id
-- scope: student
-- columns:
--   student_key   the student
--   activity_id   the activity
--   course_id     the course
--   completed_at  first completion
--   passed_at     first pass
--   failed_at     last fail, if never passed
--   best_score    best score reported on the activity itself, as a share
--   last_score    last such score
--   n_results     statements that told of one of these
SELECT
    student_key,
    activity_id,
    arg_max(course_id, {'at': occurred_at, 'id': statement_id}) AS course_id,
    min(occurred_at) FILTER (
        WHERE is_completion OR verb_id = 'http://adlnet.gov/expapi/verbs/completed'
    ) AS completed_at,
    min(occurred_at) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/passed') AS passed_at,
    CASE
        WHEN count(*) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/passed') = 0
            THEN max(occurred_at) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/failed')
    END AS failed_at,
    max(score) AS best_score,
    arg_max(score, {'at': occurred_at, 'id': statement_id}) FILTER (WHERE score IS NOT NULL) AS last_score,
    count(*) AS n_results
FROM dimensional.fact_statement
WHERE
    activity_id IS NOT NULL
    AND (
        is_completion
        OR verb_id IN (
            'http://adlnet.gov/expapi/verbs/completed',
            'http://adlnet.gov/expapi/verbs/passed',
            'http://adlnet.gov/expapi/verbs/failed',
            'http://adlnet.gov/expapi/verbs/scored'
        )
    )
GROUP BY student_key, activity_id
