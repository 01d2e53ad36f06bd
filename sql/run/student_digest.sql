-- What was written last of each student, as digests: the next refresh leaves alone the rows that are the same again.
-- grain: student_key
-- scope: student
-- columns:
--   student_key  the student
--   digests      digest of the student's rows in each relation that has any, by the relation's full name
CREATE TABLE IF NOT EXISTS run.student_digest (
    student_key VARCHAR NOT NULL,
    digests MAP(VARCHAR, UBIGINT) NOT NULL
)
