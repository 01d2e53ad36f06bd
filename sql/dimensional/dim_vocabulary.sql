-- What can be known of this school's students: by what its statements tell and what the school itself adds.
-- grain: vocabulary_name
-- scope: reference
-- columns:
--   vocabulary_name  skill, hint, answer_duration, optional, topic, device, due_date, submission, contribution,
--                    goal, choice, preference, course_outcome, contact or course_plan
WITH told AS (
    SELECT
        unnest([
            CASE
                WHEN dim_usage.verb_id = 'http://adlnet.gov/expapi/verbs/answered' AND len(dim_usage.skill_ids) > 0
                    THEN 'skill'
            END,
            CASE
                WHEN
                    dim_usage.verb_id = 'http://adlnet.gov/expapi/verbs/answered'
                    AND stg_usage.duration_introduced_at IS NOT NULL
                    THEN 'answer_duration'
            END,
            CASE WHEN dim_usage.is_optional IS NOT NULL THEN 'optional' END,
            CASE WHEN dim_usage.topic_name IS NOT NULL THEN 'topic' END,
            CASE WHEN stg_usage.device_introduced_at IS NOT NULL THEN 'device' END,
            CASE WHEN dim_usage.due_at IS NOT NULL THEN 'due_date' END,
            CASE
                WHEN
                    dim_usage.activity_kind = 'course'
                    AND dim_usage.verb_id IN (
                        'http://adlnet.gov/expapi/verbs/passed', 'http://adlnet.gov/expapi/verbs/failed'
                    )
                    THEN 'course_outcome'
            END,
            CASE WHEN dim_usage.contribution_kind IS NOT NULL THEN 'contribution' END,
            CASE
                WHEN
                    dim_usage.activity_kind = 'assignment' AND dim_usage.verb_id = 'http://adlnet.gov/expapi/verbs/scored'
                    THEN 'contact'
            END,
            CASE dim_usage.verb_id
                WHEN 'https://learnloom.example/xapi/verbs/requested-hint' THEN 'hint'
                WHEN 'http://activitystrea.ms/schema/1.0/submit' THEN 'submission'
                WHEN 'https://learnloom.example/xapi/verbs/set-goal' THEN 'goal'
                WHEN 'https://learnloom.example/xapi/verbs/chose' THEN 'choice'
                WHEN 'https://learnloom.example/xapi/verbs/preferred' THEN 'preference'
            END
        ]) AS vocabulary_name
    FROM dimensional.dim_usage
    INNER JOIN staging.stg_usage ON dim_usage.usage_id = stg_usage.usage_id
)

SELECT DISTINCT vocabulary_name
FROM told
WHERE vocabulary_name IS NOT NULL
UNION
SELECT 'skill'
FROM staging.stg_skill_map
UNION
SELECT 'course_plan'
FROM staging.stg_course_run
