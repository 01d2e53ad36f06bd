-- Every skill: from the school's own map, else from what statements say, else a quiz, section or category that stands for
-- the skill of its questions.
-- grain: skill_id
-- scope: reference
-- columns:
--   skill_id          IRI of the skill
--   skill_name        its name: the school's, else the statements', else the end of its IRI; of a fallback with (quiz),
--                     (section) or (category)
--   prerequisite_ids  skills that come before it, by the school's map; empty where none is known
--   is_in_map         whether the school's own map names it
--   told_by           map, statement or fallback: the last is a quiz, section or category, and its name says so
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
),

named AS (
    SELECT
        coalesce(mapped.skill_id, told.skill_id) AS skill_id,
        told.skill_name,
        mapped.skill_id IS NOT NULL AS is_in_map,
        CASE WHEN mapped.skill_id IS NULL THEN 'statement' ELSE 'map' END AS told_by,
        '' AS mark
    FROM mapped
    FULL JOIN told ON mapped.skill_id = told.skill_id
    UNION ALL
    SELECT
        dim_activity.activity_id,
        dim_activity.activity_name,
        FALSE,
        'fallback',
        -- In the name itself, so that whoever reads it anywhere takes it for no skill.
        ' (' || setting.setting_value || ')'
    FROM dimensional.dim_activity
    INNER JOIN run.setting ON setting.setting_name = 'skill_fallback'
    WHERE
        dim_activity.activity_id IN (SELECT dim_fallback_skill.skill_id FROM dimensional.dim_fallback_skill)
        AND dim_activity.activity_kind <> 'skill'
        AND dim_activity.activity_id NOT IN (SELECT mapped.skill_id FROM mapped)
)

SELECT
    named.skill_id,
    coalesce(skill.skill_name, named.skill_name, regexp_extract(named.skill_id, '([^/#:]+)/?$', 1)) || named.mark
        AS skill_name,
    coalesce(skill.prerequisite_ids, []::VARCHAR[]) AS prerequisite_ids,
    named.is_in_map,
    named.told_by
FROM named
LEFT JOIN staging.stg_skill AS skill ON named.skill_id = skill.skill_id
