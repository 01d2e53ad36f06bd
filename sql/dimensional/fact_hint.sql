-- Every hint asked for on an activity.
-- grain: statement_id
-- scope: student
-- columns:
--   statement_id            the statement
--   student_key             the student
--   activity_id             the item
--   occurred_at             when
--   seconds_since_previous  seconds since the hint before on this item; NULL for the first
SELECT
    statement_id,
    student_key,
    activity_id,
    occurred_at,
    ((epoch_us(occurred_at) - lag(epoch_us(occurred_at)) OVER item) / 1000000)::DECIMAL(14, 3)
        AS seconds_since_previous
FROM dimensional.fact_statement
WHERE verb_id = 'https://learnloom.example/xapi/verbs/requested-hint' AND activity_id IS NOT NULL
WINDOW item AS (PARTITION BY student_key, activity_id ORDER BY occurred_at, statement_id)
