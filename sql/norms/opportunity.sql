-- Every moment at which a student could have done something that helps learning, and whether they did.
-- grain: student_key, measure_name, statement_id
-- scope: student
-- columns:
--   student_key   the student
--   measure_name  what could have been done: the values of schemas/measure.py, where each is explained
--   occurred_at   when
--   statement_id  the statement that tells
--   is_taken      whether it was done
WITH hints AS (
    SELECT
        student_key,
        activity_id,
        count(*) AS n_hints
    FROM dimensional.fact_hint
    GROUP BY student_key, activity_id
),

attempts AS (
    SELECT
        fact_attempt.*,
        attempt_effort.is_rapid,
        item_norm.first_rate,
        coalesce(hints.n_hints, 0) AS n_hints_on_item,
        lead(fact_attempt.attempt_id) OVER item IS NOT NULL AS is_tried_again,
        max(fact_attempt.is_correct::INTEGER) OVER whole_item = 1 AS is_right_in_the_end,
        sum(fact_attempt.n_hints) OVER whole_item AS n_hints_before_answers,
        sum(fact_attempt.n_hints) OVER (item ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS n_hints_around
    FROM dimensional.fact_attempt
    INNER JOIN norms.attempt_effort ON fact_attempt.attempt_id = attempt_effort.attempt_id
    LEFT JOIN norms.item_norm ON fact_attempt.activity_id = item_norm.activity_id
    LEFT JOIN hints
        ON fact_attempt.student_key = hints.student_key AND fact_attempt.activity_id = hints.activity_id
    WINDOW
        item AS (
            PARTITION BY fact_attempt.student_key, fact_attempt.activity_id
            ORDER BY fact_attempt.occurred_at, fact_attempt.attempt_id
        ),
        whole_item AS (item ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),

quizzes AS (
    SELECT
        student_key,
        activity_id,
        parent_id,
        is_optional,
        list_contains(told_by_system, 'optional') AS tells_optional,
        occurred_at,
        statement_id
    FROM dimensional.fact_statement
    WHERE activity_kind = 'quiz'
    QUALIFY row_number() OVER (PARTITION BY student_key, activity_id ORDER BY occurred_at, statement_id) = 1
),

own_checks AS (
    SELECT
        student_key,
        parent_id,
        min(occurred_at) AS occurred_at
    FROM quizzes
    WHERE is_optional AND parent_id IS NOT NULL
    GROUP BY student_key, parent_id
),

answers_on_target AS (
    SELECT
        student_key,
        skill_id AS target_id,
        occurred_at
    FROM dimensional.fact_attempt_skill
    UNION ALL
    SELECT
        student_key,
        course_id,
        occurred_at
    FROM dimensional.fact_attempt
    WHERE course_id IS NOT NULL
),

opportunities AS (
    SELECT
        student_key,
        'tried_again' AS measure_name,
        occurred_at,
        attempt_id AS statement_id,
        is_tried_again AS is_taken
    FROM attempts
    WHERE attempt_number = 1 AND NOT is_correct
    UNION ALL
    SELECT student_key, 'retry_right', occurred_at, attempt_id, is_correct
    FROM attempts
    WHERE misses_before > 0
    UNION ALL
    SELECT student_key, 'challenge_chosen', occurred_at, attempt_id, first_rate < 0.6
    FROM attempts
    WHERE attempt_number = 1 AND is_optional AND first_rate IS NOT NULL
    UNION ALL
    SELECT student_key, 'hard_unaided', occurred_at, attempt_id, is_right_in_the_end AND n_hints_on_item = 0
    FROM attempts
    WHERE attempt_number = 1 AND first_rate < 0.6 AND n_hints IS NOT NULL
    UNION ALL
    SELECT student_key, 'changed_approach', occurred_at, attempt_id, is_change_of_response
    FROM attempts
    WHERE misses_before > 0 AND is_change_of_response IS NOT NULL
    UNION ALL
    SELECT student_key, 'rapid_answer', occurred_at, attempt_id, is_rapid
    FROM attempts
    WHERE is_rapid IS NOT NULL
    UNION ALL
    SELECT
        student_key,
        'help_in_time',
        occurred_at,
        attempt_id,
        -- Before either miss or the third try; where there was no third try, ever since.
        n_hints_around > 0 OR (NOT is_tried_again AND n_hints_on_item > n_hints_before_answers)
    FROM attempts
    WHERE NOT is_correct AND misses_before = 1 AND n_hints IS NOT NULL
    UNION ALL
    SELECT student_key, 'hint_skimmed', occurred_at, statement_id, seconds_since_previous <= 1
    FROM dimensional.fact_hint
    WHERE seconds_since_previous IS NOT NULL
    UNION ALL
    SELECT student_key, 'begun_early', begun_at, begun_id, is_begun_early
    FROM dimensional.fact_submission
    WHERE is_begun_early IS NOT NULL
    UNION ALL
    SELECT student_key, 'revised', first_scored_at, scored_id, is_revised
    FROM dimensional.fact_submission
    WHERE first_scored_at IS NOT NULL
    UNION ALL
    SELECT student_key, 'explained', last_submitted_at, submitted_id, is_explained
    FROM dimensional.fact_submission
    WHERE is_explained IS NOT NULL
    UNION ALL
    SELECT
        fact_goal.student_key,
        'goal_followed',
        fact_goal.set_at,
        fact_goal.statement_id,
        bool_or(
            coalesce(
                answers_on_target.occurred_at > fact_goal.set_at
                AND answers_on_target.occurred_at <= fact_goal.set_at + INTERVAL 7 DAY,
                FALSE
            )
        )
    FROM dimensional.fact_goal
    LEFT JOIN answers_on_target
        ON
            fact_goal.student_key = answers_on_target.student_key
            AND fact_goal.target_id = answers_on_target.target_id
    GROUP BY ALL
    UNION ALL
    SELECT
        quizzes.student_key,
        'own_check',
        quizzes.occurred_at,
        quizzes.statement_id,
        coalesce(own_checks.occurred_at < quizzes.occurred_at, FALSE)
    FROM quizzes
    LEFT JOIN own_checks
        ON quizzes.student_key = own_checks.student_key AND quizzes.parent_id = own_checks.parent_id
    WHERE NOT coalesce(quizzes.is_optional, FALSE) AND quizzes.tells_optional AND quizzes.parent_id IS NOT NULL
)

SELECT
    student_key,
    measure_name,
    occurred_at,
    statement_id,
    is_taken
FROM opportunities
