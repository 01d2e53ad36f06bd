-- Every skill: from the school's own map, else from what statements say.
-- grain: skill_id
-- scope: reference
-- columns:
--   skill_id          IRI of the skill
--   skill_name        its name: the school's, else the statements', else the end of its IRI
--   prerequisite_ids  skills that come before it, by the school's map; empty where none is known
--   is_in_map         whether the school's own map names it
WITH told AS (
    SELECT
        activity_id AS skill_id,
        activity_name AS skill_name
    FROM dimensional.dim_activity
    WHERE activity_kind = 'skill'
),

mapped AS (
    SELECT DISTINCT skill_id
    FROM staging.stg_skill_map
    UNION
    SELECT skill_id
    FROM staging.stg_skill
)

SELECT
    coalesce(mapped.skill_id, told.skill_id) AS skill_id,
    coalesce(
        skill.skill_name, told.skill_name, regexp_extract(coalesce(mapped.skill_id, told.skill_id), '([^/#:]+)/?$', 1)
    ) AS skill_name,
    coalesce(skill.prerequisite_ids, []::VARCHAR[]) AS prerequisite_ids,
    mapped.skill_id IS NOT NULL AS is_in_map
FROM mapped
FULL JOIN told ON mapped.skill_id = told.skill_id
LEFT JOIN staging.stg_skill AS skill ON mapped.skill_id = skill.skill_id
