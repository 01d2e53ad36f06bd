-- Which questions a model version has seen exercise which skills, as it was when the version was fitted.
-- grain: model_version, activity_id, skill_id
-- scope: version
-- columns:
--   model_version  the version
--   activity_id    the question
--   skill_id       the skill
--   activity_name  the question's name
--   n_skills       skills that the question exercises, this one included
WITH exercised AS (
    SELECT
        activity_id,
        unnest(skill_ids) AS skill_id,
        len(skill_ids) AS n_skills
    FROM dimensional.fact_attempt
)

SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    exercised.activity_id,
    exercised.skill_id,
    any_value(dim_activity.activity_name) AS activity_name,
    max(exercised.n_skills) AS n_skills
FROM exercised
LEFT JOIN dimensional.dim_activity ON exercised.activity_id = dim_activity.activity_id
GROUP BY exercised.activity_id, exercised.skill_id
