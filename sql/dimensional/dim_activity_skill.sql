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
        unnest(skill_ids) AS skill_id,
        (1 / len(skill_ids))::DECIMAL(6, 4) AS weight
    FROM dimensional.dim_activity
    WHERE activity_id NOT IN (SELECT mapped.activity_id FROM staging.stg_skill_map AS mapped)
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
