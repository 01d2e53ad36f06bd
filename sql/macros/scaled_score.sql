-- A score as a share from -1 to 1: the scaled one, else where raw lies between min and max; NULL where neither is known.
-- scaled, raw, min_score, max_score: numbers, the parts of result.score.
CREATE OR REPLACE TEMP MACRO scaled_score(scaled, raw, min_score, max_score) AS try_cast(
    coalesce(scaled, (raw - min_score) / nullif(max_score - min_score, 0)) AS DECIMAL(7, 5)
)
