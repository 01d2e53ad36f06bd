-- What this school's statements can tell at all, by the first statement that told it.
-- grain: vocabulary_name
-- scope: mention
-- columns:
--   vocabulary_name  skill, hint, answer_duration, optional, topic, device, due_date, submission, contribution,
--                    goal, choice, preference or course_outcome
--   introduced_at    earliest such statement
WITH told AS (
    SELECT
        occurred_at,
        unnest([
            CASE WHEN len(skill_ids) > 0 AND verb_id = 'http://adlnet.gov/expapi/verbs/answered' THEN 'skill' END,
            CASE
                WHEN duration_seconds IS NOT NULL AND verb_id = 'http://adlnet.gov/expapi/verbs/answered'
                    THEN 'answer_duration'
            END,
            CASE WHEN is_optional IS NOT NULL THEN 'optional' END,
            CASE WHEN topic_name IS NOT NULL THEN 'topic' END,
            CASE WHEN device_name IS NOT NULL THEN 'device' END,
            CASE WHEN due_at IS NOT NULL THEN 'due_date' END,
            CASE WHEN activity_id = course_id AND verb_id IN (
                'http://adlnet.gov/expapi/verbs/passed', 'http://adlnet.gov/expapi/verbs/failed'
            ) THEN 'course_outcome' END,
            CASE verb_id
                WHEN 'https://learnloom.example/xapi/verbs/requested-hint' THEN 'hint'
                WHEN 'http://activitystrea.ms/schema/1.0/submit' THEN 'submission'
                WHEN 'http://adlnet.gov/expapi/verbs/asked' THEN 'contribution'
                WHEN 'http://adlnet.gov/expapi/verbs/commented' THEN 'contribution'
                WHEN 'http://adlnet.gov/expapi/verbs/responded' THEN 'contribution'
                WHEN 'http://adlnet.gov/expapi/verbs/shared' THEN 'contribution'
                WHEN 'http://id.tincanapi.com/verb/reviewed' THEN 'contribution'
                WHEN 'https://learnloom.example/xapi/verbs/set-goal' THEN 'goal'
                WHEN 'https://learnloom.example/xapi/verbs/chose' THEN 'choice'
                WHEN 'https://learnloom.example/xapi/verbs/preferred' THEN 'preference'
            END
        ]) AS vocabulary_name
    FROM staging.stg_statement_in_context
)

SELECT
    vocabulary_name,
    min(occurred_at) AS introduced_at
FROM told
WHERE vocabulary_name IS NOT NULL
GROUP BY vocabulary_name
