-- How the whole school stands with each skill.
-- grain: skill_id
-- scope: skill
-- columns:
--   skill_id        the skill
--   skill_name      its name
--   n_students      students with an answer on it
--   n_attempts      answers
--   share_right     share right
--   mean_mastery    mean mastery over these students
--   n_mastered      students with mastery of at least 0.95
--   n_needs_work    students below 0.70
--   n_stuck         students with ten answers or more and never three right in a row
WITH stuck AS (
    SELECT
        skill_id,
        student_key,
        count(*) AS n_attempts,
        count(*) FILTER (WHERE is_correct) AS n_correct,
        count(*) >= 10 AND max(possible_run) < 3 AS is_stuck
    FROM dimensional.fact_attempt_skill
    GROUP BY skill_id, student_key
)

SELECT
    stuck.skill_id,
    dim_skill.skill_name,
    count(*) AS n_students,
    sum(stuck.n_attempts)::BIGINT AS n_attempts,
    (sum(stuck.n_correct) / sum(stuck.n_attempts))::DECIMAL(6, 5) AS share_right,
    avg(student_skill.p_mastery::DECIMAL(9, 8))::DECIMAL(6, 5) AS mean_mastery,
    count(*) FILTER (WHERE student_skill.p_mastery >= 0.95) AS n_mastered,
    count(*) FILTER (WHERE student_skill.p_mastery < 0.70) AS n_needs_work,
    count(*) FILTER (WHERE stuck.is_stuck) AS n_stuck
FROM stuck
LEFT JOIN dimensional.dim_skill ON stuck.skill_id = dim_skill.skill_id
LEFT JOIN estimates.student_skill
    ON stuck.student_key = student_skill.student_key AND stuck.skill_id = student_skill.skill_id
GROUP BY stuck.skill_id, dim_skill.skill_name
