-- What the learner model says of each student and skill now.
-- grain: student_key, skill_id
-- scope: student
-- reads: dimensional.fact_attempt, dimensional.fact_enrolment, dimensional.dim_course_skill
-- reads: norms.attempt_effort, estimates.model_version, estimates.item_parameter, estimates.skill_parameter
-- reads: estimates.review_choice
-- reads: staging.stg_student_prior, staging.stg_skill_prior, dimensional.dim_student
-- columns:
--   student_key      the student
--   skill_id         the skill
--   theta            ability in logits: in general and on the skill, summed
--   p_mastery        probability of a right answer at an average question of the skill
--   n_attempts       answers on it that are kept; 0 where p_mastery is what other skills, or answers that are no longer
--                    kept, let expect
--   level_since_at   answer with which the present level was reached
--   mastered_at      answer with which mastery was first shown
--   review_due_at    when to see it again
--   p_due            probability of a right answer at an average question then, after so long without one; NULL while
--                    mastery was not shown
--   n_reviews        right answers given when a review was due, since mastery was last shown afresh
--   p_low            lower end of the 80 % interval around p_mastery; NULL without answers that are kept
--   p_high           upper end of it
CREATE TABLE IF NOT EXISTS estimates.student_skill (
    student_key VARCHAR NOT NULL,
    skill_id VARCHAR NOT NULL,
    theta DOUBLE NOT NULL,
    p_mastery DOUBLE NOT NULL,
    n_attempts BIGINT NOT NULL,
    level_since_at TIMESTAMPTZ,
    mastered_at TIMESTAMPTZ,
    review_due_at TIMESTAMPTZ,
    p_due DOUBLE,
    n_reviews BIGINT NOT NULL,
    p_low DOUBLE,
    p_high DOUBLE
)
