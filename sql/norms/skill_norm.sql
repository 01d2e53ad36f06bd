-- How a model version's class fared with each skill, as it was when the version was fitted.
-- grain: model_version, skill_id
-- scope: version
-- columns:
--   model_version  the version
--   skill_id       the skill
--   n_students     students who answered on it
--   n_attempts     answers on it
--   class_rate     share right of all answers; NULL with fewer than 20, or of fewer than five students
SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    skill_id,
    count(DISTINCT student_key) AS n_students,
    count(*) AS n_attempts,
    CASE
        WHEN count(*) >= 20 AND count(DISTINCT student_key) >= 5 THEN avg(is_correct::INTEGER)::DECIMAL(6, 5)
    END AS class_rate
FROM dimensional.fact_attempt_skill
GROUP BY skill_id
