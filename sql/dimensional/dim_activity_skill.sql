-- Which activity exercises which skill: by the school's map, else by the statements, else by the fallback.
-- grain: activity_id, skill_id
-- scope: reference
-- columns:
--   activity_id  the activity
--   skill_id     the skill
--   weight       share of the skill in the activity: the map's, else equal shares
--   course_id    course of the activity
--   told_by      map, statement or fallback
WITH told AS (
    SELECT
        activity_id,
        unnest(skill_ids) AS skill_id,
        (1 / len(skill_ids))::DECIMAL(6, 4) AS weight
    FROM dimensional.dim_activity
    WHERE activity_id NOT IN (SELECT mapped.activity_id FROM staging.stg_skill_map AS mapped)
),

all_sources AS (
    SELECT
        activity_id,
        skill_id,
        weight,
        'map' AS told_by
    FROM staging.stg_skill_map
    UNION ALL
    SELECT
        activity_id,
        skill_id,
        weight,
        'statement'
    FROM told
    UNION ALL
    SELECT
        activity_id,
        skill_id,
        1,
        'fallback'
    FROM dimensional.dim_fallback_skill
)

SELECT
    all_sources.activity_id,
    all_sources.skill_id,
    all_sources.weight,
    dim_activity.course_id,
    all_sources.told_by
FROM all_sources
LEFT JOIN dimensional.dim_activity ON all_sources.activity_id = dim_activity.activity_id
