-- Every probability and every share lies between 0 and 1, and none is no number.
-- columns:
--   table_name   where
--   column_name  which
--   row_key      of what: an attempt, a student and skill, an activity
--   value        the value
WITH shares AS (
    SELECT 'attempt_estimate' AS table_name, 'p_before' AS column_name, attempt_id::VARCHAR AS row_key, p_before AS value
    FROM estimates.attempt_estimate
    UNION ALL
    SELECT 'skill_estimate', 'p_after', attempt_id::VARCHAR, p_after
    FROM estimates.skill_estimate
    UNION ALL
    SELECT 'student_skill', 'p_mastery', concat_ws(' ', student_key, skill_id), p_mastery
    FROM estimates.student_skill
    UNION ALL
    SELECT 'fact_attempt', 'score', attempt_id::VARCHAR, score::DOUBLE
    FROM dimensional.fact_attempt
    UNION ALL
    SELECT 'fact_video', 'seen_share', concat_ws(' ', student_key, activity_id), seen_share::DOUBLE
    FROM dimensional.fact_video
    UNION ALL
    SELECT 'fact_product', 'score', concat_ws(' ', student_key, activity_id), score::DOUBLE
    FROM dimensional.fact_product
    UNION ALL
    SELECT 'mart_item', 'first_rate', activity_id, first_rate::DOUBLE
    FROM marts.mart_item
)

SELECT
    table_name,
    column_name,
    row_key,
    value
FROM shares
WHERE value < 0 OR value > 1 OR isnan(value)
