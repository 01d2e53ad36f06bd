-- How long each answer took against what the question usually takes.
-- grain: attempt_id
-- scope: student
-- columns:
--   attempt_id         the attempt
--   student_key        the student
--   is_rapid           faster than the lesser of 10 s and a tenth of the item's mean: a guess rather than an
--                      answer (Wise and Kong 2005, normative threshold); NULL where unknown
--   relative_duration  duration as a multiple of the item's usual time; NULL where unknown or rapid
SELECT
    fact_attempt.attempt_id,
    fact_attempt.student_key,
    fact_attempt.duration_seconds < least(10, 0.1 * item_norm.mean_duration_seconds) AS is_rapid,
    CASE
        WHEN fact_attempt.duration_seconds >= least(10, 0.1 * item_norm.mean_duration_seconds)
            THEN (fact_attempt.duration_seconds::DOUBLE / nullif(item_norm.median_duration_seconds, 0)::DOUBLE)
            ::DECIMAL(12, 4)
    END AS relative_duration
FROM dimensional.fact_attempt
LEFT JOIN estimates.item_norm ON fact_attempt.activity_id = item_norm.activity_id
