-- Every skill on which there is an answer or an estimate is a known one.
-- columns:
--   skill_id  the skill
--   n_rows    rows that speak of it
WITH told AS (
    SELECT skill_id
    FROM dimensional.fact_attempt_skill
    UNION ALL
    SELECT skill_id
    FROM estimates.student_skill
)

SELECT
    told.skill_id,
    count(*) AS n_rows
FROM told
ANTI JOIN dimensional.dim_skill ON told.skill_id = dim_skill.skill_id
GROUP BY told.skill_id
