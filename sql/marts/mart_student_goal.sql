-- Every goal that a student declared, and what has been done for it.
-- grain: student_key, target_id
-- scope: student
-- columns:
--   student_key       the student
--   target_id         the skill or course aimed at
--   target_name       its name
--   statement_id      the statement that set it last
--   set_at            when it was set first
--   target_level      level wished, 0 to 1
--   target_date       day by which
--   is_dropped        whether it was taken back since
--   p_when_set        mastery of the skill after the last answer before it was set
--   n_attempts_since  answers on it since it was set
--   last_attempt_at   the last of them
WITH answers AS (
    SELECT
        student_key,
        skill_id AS target_id,
        attempt_id,
        occurred_at
    FROM dimensional.fact_attempt_skill
    UNION ALL
    SELECT
        student_key,
        course_id,
        attempt_id,
        occurred_at
    FROM dimensional.fact_attempt
),

since AS (
    SELECT
        fact_goal.student_key,
        fact_goal.target_id,
        count(*) AS n_attempts_since,
        max(answers.occurred_at) AS last_attempt_at
    FROM dimensional.fact_goal
    INNER JOIN answers
        ON
            fact_goal.student_key = answers.student_key
            AND fact_goal.target_id = answers.target_id
            AND fact_goal.set_at <= answers.occurred_at
    GROUP BY fact_goal.student_key, fact_goal.target_id
),

before_goal AS (
    SELECT
        fact_goal.student_key,
        fact_goal.target_id,
        skill_estimate.p_after
    FROM dimensional.fact_goal
    INNER JOIN estimates.skill_estimate
        ON
            fact_goal.student_key = skill_estimate.student_key
            AND fact_goal.target_id = skill_estimate.skill_id
            AND fact_goal.set_at > skill_estimate.occurred_at
    QUALIFY row_number() OVER (
        PARTITION BY fact_goal.student_key, fact_goal.target_id
        ORDER BY skill_estimate.occurred_at DESC, skill_estimate.attempt_id DESC
    ) = 1
)

SELECT
    fact_goal.student_key,
    fact_goal.target_id,
    coalesce(dim_skill.skill_name, dim_activity.activity_name) AS target_name,
    fact_goal.statement_id::VARCHAR AS statement_id,
    fact_goal.set_at,
    fact_goal.target_level,
    fact_goal.target_date,
    fact_goal.is_dropped,
    before_goal.p_after AS p_when_set,
    coalesce(since.n_attempts_since, 0) AS n_attempts_since,
    since.last_attempt_at
FROM dimensional.fact_goal
LEFT JOIN dimensional.dim_activity ON fact_goal.target_id = dim_activity.activity_id
LEFT JOIN dimensional.dim_skill ON fact_goal.target_id = dim_skill.skill_id
LEFT JOIN since ON fact_goal.student_key = since.student_key AND fact_goal.target_id = since.target_id
LEFT JOIN before_goal
    ON fact_goal.student_key = before_goal.student_key AND fact_goal.target_id = before_goal.target_id
