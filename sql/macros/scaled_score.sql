-- A score as a share from -1 to 1: where raw lies between min and max, else the scaled one; NULL where neither is known.
-- Raw comes first since platforms do not agree on what scaled means: Moodle's plugin sends -1 for no point at all,
-- where xAPI-Data 4.2.4.1 leaves the scale to the profile.
-- scaled, raw, min_score, max_score: numbers, the parts of result.score.
CREATE OR REPLACE TEMP MACRO scaled_score(scaled, raw, min_score, max_score) AS try_cast(
    coalesce(CASE WHEN max_score > min_score THEN (raw - min_score) / (max_score - min_score) END, scaled)
    AS DECIMAL(7, 5)
)
