-- What the learner model expected of each answer.
-- grain: attempt_id
-- scope: student
-- reads: dimensional.fact_attempt, norms.attempt_effort, estimates.model_version, estimates.item_parameter
-- reads: estimates.skill_parameter, estimates.review_choice
-- reads: staging.stg_student_prior, staging.stg_skill_prior, dimensional.dim_student
-- columns:
--   student_key  the student
--   attempt_id   the attempt
--   p_before     probability of a right answer before it was given
CREATE TABLE IF NOT EXISTS estimates.attempt_estimate (
    student_key VARCHAR NOT NULL,
    attempt_id UUID NOT NULL,
    p_before DOUBLE NOT NULL
)
