-- How one way of showing what they know goes for a student.
-- grain: student_key, product_kind
-- scope: student
-- columns:
--   student_key       the student
--   product_kind      quiz, essay, video, project, discussion or other
--   n                 scored pieces
--   mean_score        mean of their scores
--   class_mean_score  mean over all students, from the model version
--   last_at           last one
--   evidence_ids      last ten statements, latest first
WITH numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY student_key, product_kind ORDER BY occurred_at DESC, statement_id DESC
        ) AS from_last
    FROM dimensional.fact_product
)

SELECT
    numbered.student_key,
    numbered.product_kind,
    count(*) AS n,
    avg(numbered.score) AS mean_score,
    product_norm.class_mean_score,
    max(numbered.occurred_at) AS last_at,
    list(numbered.statement_id::VARCHAR ORDER BY numbered.from_last) FILTER (WHERE numbered.from_last <= 10)
        AS evidence_ids
FROM numbered
LEFT JOIN norms.product_norm ON numbered.product_kind = product_norm.product_kind
GROUP BY numbered.student_key, numbered.product_kind, product_norm.class_mean_score
