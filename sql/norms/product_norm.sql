-- How a model version's class fared with each way of showing what they know.
-- grain: model_version, product_kind
-- scope: version
-- columns:
--   model_version     the version
--   product_kind      quiz, essay, video, project, discussion or other
--   n                 scored pieces
--   class_mean_score  mean score; NULL with fewer than 20, or of fewer than five students
SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    product_kind,
    count(*) AS n,
    CASE
        WHEN count(*) >= 20 AND count(DISTINCT student_key) >= 5 THEN avg(score)::DECIMAL(6, 5)
    END AS class_mean_score
FROM dimensional.fact_product
GROUP BY product_kind
