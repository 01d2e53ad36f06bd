-- Keys by which students went before: that of another of their identifiers, or one of before the warehouse had its secret.
-- grain: former_key
-- scope: reference
-- stored: view
-- columns:
--   former_key   the key
--   student_key  the student whose it was
SELECT DISTINCT
    unnest(list_concat([identifier_key, own_key], former_keys)) AS former_key,
    student_key
FROM staging.stg_identifier
WHERE identifier_key <> student_key OR own_key <> student_key
