-- The skill of answered activities of which nobody has named one, by the setting skill_fallback: the quiz, the section or
-- the category that they belong to stands for it. Where nobody names that either there is none.
-- grain: activity_id
-- scope: reference
-- columns:
--   activity_id  the activity
--   skill_id     IRI of the quiz, section or category
--   course_id    course of the activity
WITH choice AS (
    SELECT max(setting_value) AS fallback
    FROM run.setting
    WHERE setting_name = 'skill_fallback'
),

unnamed AS (
    SELECT DISTINCT
        dim_activity.activity_id,
        dim_activity.course_id,
        dim_activity.module_id,
        dim_activity.parent_id
    FROM dimensional.dim_usage
    INNER JOIN dimensional.dim_activity ON dim_usage.activity_id = dim_activity.activity_id
    WHERE
        dim_usage.verb_id = 'http://adlnet.gov/expapi/verbs/answered'
        AND dim_activity.activity_kind NOT IN ('course', 'module', 'quiz', 'skill', 'forum')
        AND len(dim_activity.skill_ids) = 0
        AND dim_activity.activity_id NOT IN (SELECT stg_skill_map.activity_id FROM staging.stg_skill_map)
),

quizzes AS (
    SELECT
        unnamed.activity_id,
        CASE
            WHEN parent.activity_kind = 'quiz' THEN parent.activity_id
            WHEN grandparent.activity_kind = 'quiz' THEN grandparent.activity_id
            -- Of no known type: a set of questions, since something in it is answered.
            WHEN parent.activity_kind = 'other' THEN parent.activity_id
        END AS skill_id
    FROM unnamed
    INNER JOIN dimensional.dim_activity AS parent ON unnamed.parent_id = parent.activity_id
    LEFT JOIN dimensional.dim_activity AS grandparent ON parent.parent_id = grandparent.activity_id
),

mentions AS (
    SELECT
        context_id,
        unnest(activities) AS activity
    FROM dimensional.dim_context
),

-- Of several the least, so that every run agrees.
categories AS (
    SELECT
        dim_usage.activity_id,
        min(mentions.activity.id) AS skill_id
    FROM dimensional.dim_usage
    INNER JOIN staging.stg_usage ON dim_usage.usage_id = stg_usage.usage_id
    INNER JOIN mentions ON stg_usage.context_id = mentions.context_id
    WHERE
        mentions.activity.role = 'category'
        AND regexp_matches(lower(mentions.activity.source_type), '[/#](question-?)?category/?$')
    GROUP BY dim_usage.activity_id
)

SELECT
    unnamed.activity_id,
    CASE choice.fallback
        WHEN 'quiz' THEN quizzes.skill_id
        WHEN 'section' THEN unnamed.module_id
        WHEN 'category' THEN categories.skill_id
    END AS skill_id,
    unnamed.course_id
FROM unnamed
CROSS JOIN choice
LEFT JOIN quizzes ON unnamed.activity_id = quizzes.activity_id
LEFT JOIN categories ON unnamed.activity_id = categories.activity_id
WHERE
    CASE choice.fallback
        WHEN 'quiz' THEN quizzes.skill_id
        WHEN 'section' THEN unnamed.module_id
        WHEN 'category' THEN categories.skill_id
    END IS NOT NULL
