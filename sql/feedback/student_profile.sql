-- Every student's profile: what is known of them as a learner, in one document.
-- grain: student_key
-- scope: student
-- reads: dimensional.dim_student, dimensional.dim_vocabulary, marts.mart_student_course, marts.mart_student_skill
-- reads: estimates.student_skill, marts.mart_student_measure, marts.mart_student_day, marts.mart_student_interest
-- reads: marts.mart_student_outcome, marts.mart_student_product, marts.mart_student_goal, marts.mart_student_voice
-- reads: marts.mart_student_activity, marts.mart_student_contribution, run.refresh_state
-- columns:
--   student_key     the student
--   schema_version  version of the document's schema (docs/reference/schemas/student_profile.json)
--   as_of           moment for which it is told
--   model_version   model version behind its estimates
--   profile         the document, a StudentProfile as JSON
CREATE TABLE IF NOT EXISTS feedback.student_profile (
    student_key VARCHAR NOT NULL,
    schema_version VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    model_version INTEGER NOT NULL,
    profile JSON NOT NULL
)
