-- How quick guesses are in a model version's class, where they can be told from answers: a mixture of two log-normal
-- distributions of times, each as a multiple of what is usual for its question (Schnipke and Scrams 1997), fitted to a
-- histogram by expectation and maximisation. They are told apart where the two lie further apart than they spread (Ashman's
-- D above 2), guesses take less than a third of the usual time, and what is as quick, ten answers or more, is right less
-- than half as often as the rest: quick answers of who knows are no guesses (Lee and Jia 2014). By the same token nobody
-- guesses where ten answers or more in less than a tenth of the usual time are right half as often as the rest, or more.
-- grain: model_version
-- scope: version
-- columns:
--   model_version  the version
--   n_timed        answers with a known duration to questions with a usual time
--   guess_share    share of guesses among them; 0 where nobody guesses; NULL where nothing can be told
--   rapid_pace     multiple of the usual time below which an answer is more likely a guess; 0 and NULL likewise
WITH RECURSIVE bin AS (
    SELECT
        round(
            ln(greatest(fact_attempt.duration_seconds, 0.3)::DOUBLE / item_norm.median_duration_seconds::DOUBLE), 1
        ) AS pace,
        count(*)::DOUBLE AS n,
        count(*) FILTER (WHERE fact_attempt.is_correct) AS n_right
    FROM dimensional.fact_attempt
    INNER JOIN norms.item_norm ON fact_attempt.activity_id = item_norm.activity_id
    WHERE fact_attempt.duration_seconds IS NOT NULL AND item_norm.median_duration_seconds > 0
    GROUP BY ALL
),

fit AS (
    SELECT
        0 AS step,
        0.05::DOUBLE AS share,
        ln(0.1)::DOUBLE AS quick,
        0.5::DOUBLE AS quick_sd,
        0.0::DOUBLE AS usual,
        0.5::DOUBLE AS usual_sd
    UNION ALL
    SELECT
        moment.step + 1,
        moment.guesses / moment.n,
        moment.quick,
        -- No narrower than a bin and a half.
        greatest(sqrt(greatest(moment.quick_square - moment.quick ^ 2, 0)), 0.15),
        moment.usual,
        greatest(sqrt(greatest(moment.usual_square - moment.usual ^ 2, 0)), 0.15)
    FROM (
        SELECT
            told.step,
            sum(told.n) AS n,
            sum(told.guesses) AS guesses,
            sum(told.guesses * told.pace) / nullif(sum(told.guesses), 0) AS quick,
            sum(told.guesses * told.pace ^ 2) / nullif(sum(told.guesses), 0) AS quick_square,
            sum((told.n - told.guesses) * told.pace) / nullif(sum(told.n - told.guesses), 0) AS usual,
            sum((told.n - told.guesses) * told.pace ^ 2) / nullif(sum(told.n - told.guesses), 0) AS usual_square
        FROM (
            SELECT
                fit.step,
                bin.n,
                bin.pace,
                bin.n * guess_chance(
                    bin.pace, fit.share, fit.quick, fit.quick_sd, fit.usual, fit.usual_sd
                ) AS guesses
            FROM fit
            CROSS JOIN bin
            WHERE fit.step < 40
        ) AS told
        GROUP BY told.step
    ) AS moment
),

edge AS (
    SELECT max(bin.pace) + 0.05 AS rapid_log_pace
    FROM bin
    CROSS JOIN fit
    WHERE
        fit.step = 40
        AND abs(fit.usual - fit.quick) * sqrt(2) > 2 * sqrt(fit.quick_sd ^ 2 + fit.usual_sd ^ 2)
        AND fit.quick < ln(1 / 3)
        AND bin.pace < fit.usual
        AND guess_chance(bin.pace, fit.share, fit.quick, fit.quick_sd, fit.usual, fit.usual_sd) >= 0.5
),

counted AS (
    SELECT
        coalesce(sum(bin.n), 0)::BIGINT AS n_timed,
        sum(bin.n) FILTER (WHERE bin.pace < edge.rapid_log_pace) AS n_rapid,
        sum(bin.n_right) FILTER (WHERE bin.pace < edge.rapid_log_pace) AS n_rapid_right,
        sum(bin.n) FILTER (WHERE bin.pace > edge.rapid_log_pace) AS n_other,
        sum(bin.n_right) FILTER (WHERE bin.pace > edge.rapid_log_pace) AS n_other_right
    FROM bin
    CROSS JOIN edge
),

told AS (
    SELECT
        counted.n_timed,
        counted.n_rapid,
        coalesce(
            counted.n_rapid >= 10
            AND counted.n_rapid_right / counted.n_rapid < 0.5 * counted.n_other_right / counted.n_other,
            FALSE
        ) AS are_apart
    FROM counted
),

tenth AS (
    SELECT
        coalesce(
            sum(n) FILTER (WHERE pace < ln(0.1)) >= 10
            AND sum(n_right) FILTER (WHERE pace < ln(0.1)) / sum(n) FILTER (WHERE pace < ln(0.1))
            >= 0.5 * sum(n_right) FILTER (WHERE pace >= ln(0.1)) / sum(n) FILTER (WHERE pace >= ln(0.1)),
            FALSE
        ) AS is_known
    FROM bin
)

SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    told.n_timed,
    CASE WHEN told.are_apart THEN (told.n_rapid / told.n_timed)::DECIMAL(6, 5) WHEN tenth.is_known THEN 0 END
        AS guess_share,
    CASE WHEN told.are_apart THEN exp(edge.rapid_log_pace)::DECIMAL(6, 4) WHEN tenth.is_known THEN 0 END AS rapid_pace
FROM told
CROSS JOIN edge
CROSS JOIN tenth
