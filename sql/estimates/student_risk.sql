-- How probable it is that a student does not pass a run that goes on, by the model version in use; for teachers alone.
-- No row where the version has learned nothing of runs.
-- grain: student_key, course_id
-- scope: student
-- reads: dimensional.fact_course_progress, estimates.risk_model
-- columns:
--   student_key    the student
--   course_id      the course
--   p_not_passing  calibrated probability
--   threshold      probability from which a teacher is warned: that of the highest fifth at this stage, at least 1.5
--                  times the base rate (or .7) and at most twice
--   precision      of students of ended runs warned of at this stage, the share that did not pass, each predicted by a
--                  model that had not seen them; NULL where too few were
--   reasons        the strongest reasons, three at the most: theme (handed_in, points, lateness, submission_gap,
--                  enrolment, activity), term (logits that it adds), usual (mean of its figure over students of ended
--                  runs at this stage)
CREATE TABLE IF NOT EXISTS estimates.student_risk (
    student_key VARCHAR NOT NULL,
    course_id VARCHAR NOT NULL,
    p_not_passing DOUBLE NOT NULL,
    threshold DOUBLE NOT NULL,
    "precision" DOUBLE,
    reasons STRUCT(theme VARCHAR, term DOUBLE, usual DOUBLE)[] NOT NULL
)
