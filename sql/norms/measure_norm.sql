-- How often a model version's class took each opportunity.
-- grain: model_version, measure_name
-- scope: version
-- columns:
--   model_version  the version
--   measure_name   the opportunity
--   n              opportunities
--   class_rate     share taken; NULL with fewer than 20, or of fewer than five students
SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    measure_name,
    count(*) AS n,
    CASE
        WHEN count(*) >= 20 AND count(DISTINCT student_key) >= 5 THEN avg(is_taken::INTEGER)::DECIMAL(6, 5)
    END AS class_rate
FROM norms.opportunity
GROUP BY measure_name
