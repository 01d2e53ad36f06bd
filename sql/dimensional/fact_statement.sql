-- Every statement that counts: made by a student, not voided, not later than the refresh's as_of.
-- grain: statement_id
-- scope: student
-- stored: view
-- columns: as stg_statement
SELECT stg_statement.*
FROM staging.stg_statement
ANTI JOIN staging.stg_void ON stg_statement.statement_id = stg_void.voided_statement_id
WHERE
    student_key IS NOT NULL
    AND voided_statement_id IS NULL
    AND occurred_at <= (SELECT as_of FROM estimates.refresh_state)
