-- Every attempt is a statement that counts: staged, of the same student, not voided, before as_of.
-- columns:
--   attempt_id   the attempt
--   student_key  the student
SELECT
    fact_attempt.attempt_id,
    fact_attempt.student_key
FROM dimensional.fact_attempt
ANTI JOIN dimensional.fact_statement
    ON
        fact_attempt.attempt_id = fact_statement.statement_id
        AND fact_attempt.student_key = fact_statement.student_key
