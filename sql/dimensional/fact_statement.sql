-- Every statement that counts, as it is meant: made by a student, not by staff, not voided, not later than the refresh's
-- as_of. A void that is itself later does not count yet either.
-- grain: statement_id
-- scope: student
-- stored: view
-- columns: as stg_statement, with verb, activity and its type as they are meant, and
--   source_verb_id     IRI of the verb as sent
--   activity_kind      as in dim_activity
--   course_id          the course
--   parent_id          the activity right above
--   skill_ids          the skills; empty where none are known
--   told_by_system     what the activity's system was ever seen to tell: hint, explanation, optional
--   contribution_kind  asked, commented, responded, shared or reviewed; NULL where it is no word to others
--   vocabulary         whose rule told another verb or activity than was sent; NULL where none did
--   is_own_act         whether the student did it; false for what others do to a student: registered, unregistered,
--                      scored, passed, failed, completed of a course, what a teacher states of them, sets or tells
--                      them, and answers to signals, which may be a teacher's
SELECT
    stg_statement.* REPLACE (
        dim_usage.verb_id AS verb_id,
        dim_usage.activity_id AS activity_id,
        dim_usage.activity_type AS activity_type,
        coalesce(stg_statement.topic_name, dim_usage.topic_name) AS topic_name,
        coalesce(stg_statement.is_optional, dim_usage.is_optional) AS is_optional,
        coalesce(stg_statement.due_at, dim_usage.due_at) AS due_at
    ),
    stg_statement.verb_id AS source_verb_id,
    dim_usage.activity_kind,
    dim_usage.course_id,
    dim_usage.parent_id,
    dim_usage.skill_ids,
    dim_usage.told_by_system,
    dim_usage.contribution_kind,
    dim_usage.vocabulary,
    dim_usage.verb_id NOT IN (
        'http://adlnet.gov/expapi/verbs/registered', 'http://id.tincanapi.com/verb/unregistered',
        'http://adlnet.gov/expapi/verbs/scored', 'http://adlnet.gov/expapi/verbs/passed',
        'http://adlnet.gov/expapi/verbs/failed',
        'https://learnloom.example/xapi/verbs/had-signal-raised',
        'https://learnloom.example/xapi/verbs/had-signal-ended',
        'https://learnloom.example/xapi/verbs/acknowledged-signal',
        'https://learnloom.example/xapi/verbs/dismissed-signal',
        'https://learnloom.example/xapi/verbs/followed-signal',
        'https://learnloom.example/xapi/verbs/assigned',
        'https://learnloom.example/xapi/verbs/contacted'
    )
    -- A system finds that a course is completed: at night, or at once where nothing in it must be done.
    AND (
        dim_usage.verb_id <> 'http://adlnet.gov/expapi/verbs/completed'
        OR dim_usage.activity_kind IS DISTINCT FROM 'course'
    )
    AND (stg_statement.stated_by IS DISTINCT FROM 'teacher') AS is_own_act
FROM staging.stg_statement
INNER JOIN dimensional.dim_usage ON stg_statement.usage_id = dim_usage.usage_id
WHERE
    stg_statement.student_key IS NOT NULL
    AND stg_statement.student_key NOT IN (SELECT dim_staff.student_key FROM dimensional.dim_staff)
    AND stg_statement.voided_statement_id IS NULL
    AND stg_statement.occurred_at < (SELECT as_of FROM run.refresh_state)
    AND stg_statement.statement_id NOT IN (
        SELECT stg_void.voided_statement_id
        FROM staging.stg_void
        WHERE stg_void.occurred_at < (SELECT as_of FROM run.refresh_state)
    )
