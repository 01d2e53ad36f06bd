-- The attempts of a student are as many wherever they are counted: facts, days and marts.
-- columns:
--   student_key        the student
--   n_attempts         attempts in fact_attempt
--   n_in_activity      attempts by mart_student_activity
--   n_in_skills        attempts once per skill, by fact_attempt
--   n_in_skill_marts   attempts once per skill, by mart_student_skill
WITH counted AS (
    SELECT
        student_key,
        count(*) AS n_attempts,
        sum(len(skill_ids))::BIGINT AS n_in_skills
    FROM dimensional.fact_attempt
    GROUP BY student_key
),

by_skill AS (
    SELECT
        student_key,
        sum(n_attempts)::BIGINT AS n_in_skill_marts
    FROM marts.mart_student_skill
    GROUP BY student_key
),

compared AS (
    SELECT
        mart_student_activity.student_key,
        coalesce(counted.n_attempts, 0) AS n_attempts,
        mart_student_activity.n_attempts AS n_in_activity,
        coalesce(counted.n_in_skills, 0) AS n_in_skills,
        coalesce(by_skill.n_in_skill_marts, 0) AS n_in_skill_marts
    FROM marts.mart_student_activity
    LEFT JOIN counted ON mart_student_activity.student_key = counted.student_key
    LEFT JOIN by_skill ON mart_student_activity.student_key = by_skill.student_key
)

SELECT
    student_key,
    n_attempts,
    n_in_activity,
    n_in_skills,
    n_in_skill_marts
FROM compared
WHERE n_attempts <> n_in_activity OR n_in_skills <> n_in_skill_marts
