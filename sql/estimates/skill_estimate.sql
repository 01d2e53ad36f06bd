-- The learning curve: mastery of a skill after each answer on it.
-- grain: attempt_id, skill_id
-- scope: student
-- reads: dimensional.fact_attempt, norms.attempt_effort, estimates.model_version, estimates.item_parameter
-- reads: estimates.skill_parameter, estimates.review_choice
-- reads: staging.stg_student_prior, staging.stg_skill_prior, dimensional.dim_student
-- columns:
--   student_key  the student
--   skill_id     the skill
--   attempt_id   the attempt
--   occurred_at  when
--   p_after      probability right at an average question of the skill, after the answer
CREATE TABLE IF NOT EXISTS estimates.skill_estimate (
    student_key VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    attempt_id UUID NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    p_after DOUBLE NOT NULL
)
