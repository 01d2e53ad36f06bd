-- How often a student took each kind of opportunity, lately and before.
-- grain: student_key, measure
-- scope: student
-- columns:
--   student_key      the student
--   measure          the kind of opportunity: the values of schemas/measure.py
--   n                the latest opportunities, at most ten
--   n_taken          how many of these were taken
--   n_earlier        opportunities before these
--   n_earlier_taken  how many of those were taken
--   class_rate       share taken by all students, from the model version
--   last_taken_at    last one taken
--   last_at          last one
--   evidence_ids     statements of the last ones taken; where none was, of the last ones
WITH numbered AS (
    SELECT
        *,
        row_number() OVER latest AS from_last,
        row_number() OVER latest_taken AS taken_from_last
    FROM norms.opportunity
    WINDOW
        latest AS (PARTITION BY student_key, measure_name ORDER BY occurred_at DESC, statement_id DESC),
        latest_taken AS (
            PARTITION BY student_key, measure_name, is_taken ORDER BY occurred_at DESC, statement_id DESC
        )
),

counted AS (
    SELECT
        student_key,
        measure_name,
        count(*) FILTER (WHERE from_last <= 10) AS n,
        count(*) FILTER (WHERE from_last <= 10 AND is_taken) AS n_taken,
        count(*) FILTER (WHERE from_last > 10) AS n_earlier,
        count(*) FILTER (WHERE from_last > 10 AND is_taken) AS n_earlier_taken,
        max(occurred_at) FILTER (WHERE is_taken) AS last_taken_at,
        max(occurred_at) AS last_at,
        list(statement_id::VARCHAR ORDER BY from_last) FILTER (WHERE is_taken AND taken_from_last <= 10) AS taken_ids,
        list(statement_id::VARCHAR ORDER BY from_last) FILTER (WHERE from_last <= 10) AS all_ids
    FROM numbered
    GROUP BY student_key, measure_name
)

SELECT
    counted.student_key,
    counted.measure_name AS measure,
    counted.n,
    counted.n_taken,
    counted.n_earlier,
    counted.n_earlier_taken,
    measure_norm.class_rate,
    counted.last_taken_at,
    counted.last_at,
    coalesce(counted.taken_ids, counted.all_ids) AS evidence_ids
FROM counted
LEFT JOIN norms.measure_norm ON counted.measure_name = measure_norm.measure_name
