-- No statement happened before there was xAPI (2013) or more than a day after it landed: a clock is wrong somewhere.
-- columns:
--   statement_id  the statement
--   student_key   the student
--   occurred_at   when it says that it happened
--   landed_at     when it landed
SELECT
    statement_id,
    student_key,
    occurred_at,
    landed_at
FROM staging.stg_statement
WHERE occurred_at < TIMESTAMPTZ '2013-01-01 00:00:00+00' OR occurred_at > landed_at + INTERVAL 1 DAY
