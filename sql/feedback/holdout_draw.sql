-- Every draw that was ever made whether signals are said or withheld (docs/how-to/holdout.md). Rows are only ever added, by
-- the refresh that drew and in its transaction. It is neither delivered nor shown, and no export for analysts has it: who
-- knew of a draw could make up for it.
-- grain: student_key, signal_kind, subject, drawn_on
-- reads: feedback.signal_draw
-- columns:
--   student_key  the student
--   signal_kind  the kind
--   subject      IRI of the skill or activity; NULL where it is about the student
--   drawn_on     day as of which it was drawn, in the school's time zone
--   share        share of draws that withhold
--   is_withheld  whether nothing of it was said for 14 days, to anybody
CREATE TABLE IF NOT EXISTS feedback.holdout_draw (
    student_key VARCHAR NOT NULL,
    signal_kind VARCHAR NOT NULL,
    subject VARCHAR,
    drawn_on DATE NOT NULL,
    share DOUBLE NOT NULL,
    is_withheld BOOLEAN NOT NULL
)
