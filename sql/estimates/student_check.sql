-- By which question a claim to know a skill, or not to know it, may be checked; no row where none is known.
-- grain: student_key, skill_id
-- scope: student
-- reads: dimensional.fact_attempt, dimensional.fact_voice, norms.attempt_effort, estimates.model_version
-- reads: estimates.item_parameter, estimates.skill_parameter, norms.item_skill
-- reads: staging.stg_student_prior, staging.stg_skill_prior, dimensional.dim_student
-- columns:
--   student_key    the student of whom it was claimed
--   skill_id       the skill: one on which there are answers
--   activity_id    a question on it that may go either way, and was not answered within a week before the claim or since
--   activity_name  its name
--   p_right        probability of a right answer to it
CREATE TABLE IF NOT EXISTS estimates.student_check (
    student_key VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    activity_id VARCHAR NOT NULL,
    activity_name VARCHAR,
    p_right DOUBLE NOT NULL
)
