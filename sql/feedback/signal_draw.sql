-- Of the signals that are worth saying now, those about which it was drawn by lot whether they are said: the draw that is
-- in force. Without the setting `holdout` there is none (docs/how-to/holdout.md).
-- grain: student_key, signal_kind, subject
-- scope: student
-- reads: feedback.signal, feedback.student_profile, marts.mart_student_risk, estimates.student_check, dimensional.fact_response
-- columns:
--   student_key  the student
--   signal_kind  the kind
--   subject      IRI of the skill or activity; NULL where it is about the student
--   drawn_on     day as of which it was drawn, in the school's time zone
--   share        share of draws that withhold
--   is_withheld  whether nothing of it is said for 14 days, to anybody
CREATE TABLE IF NOT EXISTS feedback.signal_draw (
    student_key VARCHAR NOT NULL,
    signal_kind VARCHAR NOT NULL,
    subject VARCHAR,
    drawn_on DATE NOT NULL,
    share DOUBLE NOT NULL,
    is_withheld BOOLEAN NOT NULL
)
