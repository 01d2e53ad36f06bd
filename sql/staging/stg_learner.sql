-- Who has had a result of their own: something they did went well or did not, or was scored. Whoever has is not taken for
-- staff because a statement names them in a role.
-- grain: student_key
-- scope: mention
-- columns:
--   student_key      the actor
--   first_result_at  earliest statement with a result
SELECT
    student_key,
    min(occurred_at) AS first_result_at
FROM staging.stg_statement
WHERE student_key IS NOT NULL AND (is_success IS NOT NULL OR score IS NOT NULL)
GROUP BY student_key
