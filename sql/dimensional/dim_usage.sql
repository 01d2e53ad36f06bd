-- What every usage means: what is told of it, completed by what is known of its activity from any other statement.
-- grain: usage_id
-- scope: reference
-- columns:
--   usage_id       the usage
--   verb_id        IRI of the verb that is meant
--   activity_id    the activity that is meant; NULL where the object is none
--   activity_type  IRI of its type
--   activity_kind  its kind as in dim_activity; NULL where the object is no activity
--   course_id      the course
--   parent_id      the activity right above
--   skill_ids      the skills; empty where none are known
--   topic_name     what the activity is about
--   is_optional    whether it need not be done
--   due_at         when it is due
--   told_by_system what the system in which the activity lies, by scheme and host of its id, was ever seen to tell:
--                  hint, explanation (a hand-in with a response), optional; what it never tells is unknown
--   contribution_kind  asked, commented, responded, shared or reviewed; NULL where it is no word to others: an answer
--                  to a question is none, whatever its verb
--   vocabulary     whose rule told another verb or activity than was sent; NULL where none did
WITH usages AS (
    SELECT
        dim_usage_told.*,
        dim_activity.activity_type,
        coalesce(dim_activity.activity_kind, 'other') AS activity_kind,
        dim_activity.course_id AS known_course_id,
        dim_activity.parent_id AS known_parent_id,
        dim_activity.skill_ids AS known_skill_ids,
        dim_activity.topic_name,
        dim_activity.is_optional,
        dim_activity.due_at,
        stg_usage.response_introduced_at,
        -- Scheme and host: of a school's several systems one may tell what another never does.
        regexp_extract(dim_usage_told.activity_id, '^[^:]+:(//[^/]*)?') AS system_name
    FROM dimensional.dim_usage_told
    LEFT JOIN staging.stg_usage ON dim_usage_told.usage_id = stg_usage.usage_id
    LEFT JOIN dimensional.dim_activity ON dim_usage_told.activity_id = dim_activity.activity_id
),

told AS (
    SELECT
        system_name,
        unnest([
            CASE verb_id WHEN 'https://learnloom.example/xapi/verbs/requested-hint' THEN 'hint' END,
            CASE
                WHEN
                    verb_id = 'http://activitystrea.ms/schema/1.0/submit' AND response_introduced_at IS NOT NULL
                    THEN 'explanation'
            END,
            CASE WHEN is_optional IS NOT NULL THEN 'optional' END
        ]) AS told_name
    FROM usages
),

systems AS (
    SELECT
        system_name,
        list(DISTINCT told_name ORDER BY told_name) AS told_by_system
    FROM told
    WHERE told_name IS NOT NULL
    GROUP BY system_name
)

SELECT
    usages.usage_id,
    usages.verb_id,
    usages.activity_id,
    usages.activity_type,
    CASE WHEN usages.activity_id IS NOT NULL THEN usages.activity_kind END AS activity_kind,
    coalesce(usages.course_id, usages.known_course_id) AS course_id,
    coalesce(usages.parent_id, usages.known_parent_id) AS parent_id,
    CASE
        WHEN len(usages.skill_ids) = 0 THEN coalesce(usages.known_skill_ids, [])
        ELSE usages.skill_ids
    END AS skill_ids,
    usages.topic_name,
    usages.is_optional,
    usages.due_at,
    coalesce(systems.told_by_system, []) AS told_by_system,
    CASE
        WHEN
            usages.activity_kind NOT IN ('question', 'quiz', 'course', 'module', 'skill')
            AND usages.verb_id IN (
                'http://adlnet.gov/expapi/verbs/asked',
                'http://adlnet.gov/expapi/verbs/commented',
                'http://adlnet.gov/expapi/verbs/responded',
                'http://adlnet.gov/expapi/verbs/shared',
                'http://id.tincanapi.com/verb/reviewed'
            )
            THEN regexp_extract(usages.verb_id, '([^/]+)$', 1)
    END AS contribution_kind,
    usages.vocabulary
FROM usages
LEFT JOIN systems ON usages.system_name = systems.system_name
