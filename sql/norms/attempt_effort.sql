-- How long each answer took against what the question usually takes.
-- grain: attempt_id
-- scope: student
-- columns:
--   attempt_id         the attempt
--   student_key        the student
--   is_rapid           a guess rather than an answer: quicker than the multiple of the question's usual time below which
--                      guesses lie in this class (norms.guess_norm); where they cannot be told there, than the lesser of
--                      10 s and a tenth of the usual time (Wise and Ma 2012, normative threshold; of the median, for of times
--                      that a few spent elsewhere the mean says little); NULL where unknown
--   relative_duration  duration as a multiple of the item's usual time; NULL where unknown or rapid, or no duration it can be
WITH known AS (
    SELECT
        item_norm.activity_id,
        item_norm.median_duration_seconds,
        coalesce(
            (guess_norm.rapid_pace * item_norm.median_duration_seconds)::DECIMAL(14, 3),
            least(10, 0.1 * item_norm.median_duration_seconds)
        ) AS rapid_below_seconds
    FROM norms.item_norm
    LEFT JOIN norms.guess_norm ON item_norm.model_version = guess_norm.model_version
    WHERE item_norm.median_duration_seconds IS NOT NULL
)

SELECT
    fact_attempt.attempt_id,
    fact_attempt.student_key,
    fact_attempt.duration_seconds < known.rapid_below_seconds AS is_rapid,
    CASE
        WHEN fact_attempt.duration_seconds >= known.rapid_below_seconds
            -- Some senders tell a moment, in seconds since 1970, for a duration.
            THEN try_cast(
                fact_attempt.duration_seconds::DOUBLE / nullif(known.median_duration_seconds, 0)::DOUBLE
                AS DECIMAL(12, 4)
            )
    END AS relative_duration
FROM dimensional.fact_attempt
LEFT JOIN known ON fact_attempt.activity_id = known.activity_id
