-- Every voiding statement with the statement that it voids, which may be unknown or arrive later.
-- grain: statement_id
-- scope: mention
-- columns:
--   statement_id         the voiding statement
--   voided_statement_id  the statement voided
--   occurred_at          when it was voided
SELECT
    statement_id,
    voided_statement_id,
    occurred_at
FROM staging.stg_statement
WHERE voided_statement_id IS NOT NULL
