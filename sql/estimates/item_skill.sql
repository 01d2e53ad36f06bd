-- Which questions a model version has seen exercise which skills, as it was when the version was fitted.
-- grain: model_version, activity_id, skill_id
-- scope: version
-- reads: dimensional.fact_attempt, dimensional.dim_activity
-- columns:
--   model_version  the version
--   activity_id    the question
--   skill_id       the skill
--   activity_name  the question's name
--   n_skills       skills that the question exercises, this one included
CREATE TABLE IF NOT EXISTS estimates.item_skill (
    model_version INTEGER NOT NULL,
    activity_id VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    activity_name VARCHAR,
    n_skills BIGINT NOT NULL
)
