-- How a model version's class spread its free choices.
-- grain: model_version, dimension_name, dimension_value
-- scope: version
-- columns:
--   model_version    the version
--   dimension_name   topic, activity_kind, hour_band or device
--   dimension_value  the topic, kind, band or device
--   n                choices
--   class_share      share of the dimension's choices; NULL where it has fewer than 20
SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    dimension_name,
    dimension_value,
    count(*) AS n,
    CASE
        WHEN sum(count(*)) OVER (PARTITION BY dimension_name) >= 20
            THEN (count(*) / sum(count(*)) OVER (PARTITION BY dimension_name))::DECIMAL(6, 5)
    END AS class_share
FROM dimensional.fact_free_choice
GROUP BY dimension_name, dimension_value
