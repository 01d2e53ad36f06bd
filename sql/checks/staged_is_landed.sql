-- Every staged statement has landed, and what landed an hour or more before the last refresh is staged.
-- columns:
--   statement_id  the statement
--   is_landed     whether it stands in landing.statement
--   is_staged     whether it stands in staging.stg_statement
SELECT
    statement_id,
    statement.statement_id IS NOT NULL AS is_landed,
    stg_statement.statement_id IS NOT NULL AS is_staged
FROM landing.statement
FULL JOIN staging.stg_statement USING (statement_id)
WHERE
    statement.statement_id IS NULL
    OR (
        stg_statement.statement_id IS NULL
        AND statement.landed_at < (SELECT max(refreshed_at) FROM run.refresh_state) - INTERVAL 1 HOUR
    )
