-- Every statement that a signal names as evidence counts, and is one of that student's.
-- columns:
--   signal_id     the signal
--   signal_kind   its kind
--   statement_id  the statement that it names
WITH named AS (
    SELECT
        student_key,
        signal_id,
        signal_kind,
        unnest(evidence_ids) AS statement_id
    FROM feedback.signal
)

SELECT
    named.signal_id,
    named.signal_kind,
    named.statement_id
FROM named
ANTI JOIN dimensional.fact_statement
    ON
        try_cast(named.statement_id AS UUID) = fact_statement.statement_id
        AND named.student_key = fact_statement.student_key
