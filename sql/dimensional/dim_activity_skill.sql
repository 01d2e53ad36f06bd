-- Which activity exercises which skill: by the school's map, else by the statements.
-- grain: activity_id, skill_id
-- scope: reference
-- columns:
--   activity_id  the activity
--   skill_id     the skill
--   weight       share of the skill in the activity: the map's, else equal shares
--   course_id    course of the activity
WITH told AS (
    SELECT
        activity_id,
        property_value AS skill_id,
        (1 / count(*) OVER (PARTITION BY activity_id))::DECIMAL(6, 4) AS weight
    FROM staging.stg_activity_property
    WHERE
        property_name = 'skill_id'
        AND activity_id NOT IN (SELECT activity_id FROM staging.stg_skill_map)
),

both_sources AS (
    SELECT
        activity_id,
        skill_id,
        weight
    FROM staging.stg_skill_map
    UNION ALL
    SELECT
        activity_id,
        skill_id,
        weight
    FROM told
)

SELECT
    both_sources.activity_id,
    both_sources.skill_id,
    both_sources.weight,
    dim_activity.course_id
FROM both_sources
LEFT JOIN dimensional.dim_activity ON both_sources.activity_id = dim_activity.activity_id
