-- How much of what a student does of their own choice goes to one thing.
-- grain: student_key, dimension, value
-- scope: student
-- columns:
--   student_key   the student
--   dimension     topic, activity_kind, hour_band or device
--   value         the topic, kind, band or device
--   n             choices of it
--   n_all         choices of the whole dimension
--   class_share   share of it among all students, from the model version
--   last_at       last such choice
--   evidence_ids  last ten statements, latest first
WITH numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY student_key, dimension_name, dimension_value ORDER BY occurred_at DESC, statement_id DESC
        ) AS from_last
    FROM dimensional.fact_free_choice
),

counted AS (
    SELECT
        student_key,
        dimension_name,
        dimension_value,
        count(*) AS n,
        max(occurred_at) AS last_at,
        list(statement_id::VARCHAR ORDER BY from_last) FILTER (WHERE from_last <= 10) AS evidence_ids
    FROM numbered
    GROUP BY student_key, dimension_name, dimension_value
)

SELECT
    counted.student_key,
    counted.dimension_name AS dimension,
    counted.dimension_value AS value,
    counted.n,
    (sum(counted.n) OVER (PARTITION BY counted.student_key, counted.dimension_name))::BIGINT AS n_all,
    choice_norm.class_share,
    counted.last_at,
    counted.evidence_ids
FROM counted
LEFT JOIN norms.choice_norm
    ON
        counted.dimension_name = choice_norm.dimension_name
        AND counted.dimension_value = choice_norm.dimension_value
