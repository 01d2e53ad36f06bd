-- Every answer to a question: an `answered` statement whose result says how it went.
-- grain: attempt_id
-- scope: student
-- columns:
--   attempt_id            id of the statement
--   student_key           the student
--   course_id             the course
--   parent_id             the quiz or module right above
--   activity_id           the question (item)
--   skill_ids             skills it exercises: by the school's map, else by the statement; empty where unknown
--   occurred_at           when it was answered
--   score                 share of what could be had, 0 to 1: the score, else 1 or 0 by success
--   is_correct            result.success; where absent, a score of at least one half
--   response              what was answered
--   duration_seconds      time taken, as reported
--   attempt_number        attempts of this student at this item so far, this one included
--   n_hints               hints asked on this item since the attempt before
--   is_aided              whether any hint was asked before it
--   misses_before         misses in a row on this item right before
--   is_change_of_response whether the answer differs from the one before on this item; NULL on the first
--   seconds_since_previous seconds since the attempt before on this item
--   is_optional           whether the item need not be done
--   topic_name            what it is about
WITH answers AS (
    SELECT
        statement_id AS attempt_id,
        student_key,
        course_id,
        parent_id,
        activity_id,
        skill_ids,
        occurred_at,
        coalesce(greatest(least(score, 1), 0), is_success::INTEGER)::DECIMAL(6, 5) AS score,
        coalesce(is_success, score >= 0.5) AS is_correct,
        response,
        duration_seconds,
        is_optional,
        topic_name
    FROM dimensional.fact_statement
    WHERE
        verb_id = 'http://adlnet.gov/expapi/verbs/answered'
        AND activity_id IS NOT NULL
        AND coalesce(is_success::INTEGER, score) IS NOT NULL
),

hints AS (
    SELECT
        student_key,
        activity_id,
        occurred_at,
        statement_id
    FROM dimensional.fact_statement
    WHERE verb_id = 'https://learnloom.example/xapi/verbs/requested-hint'
),

-- Answers and hints of one item in one line of time, so that hints count towards the answer after them.
events AS (
    SELECT
        student_key,
        activity_id,
        occurred_at,
        attempt_id AS event_id,
        is_correct,
        0 AS n_hint
    FROM answers
    UNION ALL
    SELECT
        student_key,
        activity_id,
        occurred_at,
        statement_id,
        NULL,
        1
    FROM hints
),

counted AS (
    SELECT
        *,
        sum(n_hint) OVER history AS hints_so_far,
        count(is_correct) OVER history AS attempt_number,
        sum((is_correct IS TRUE)::INTEGER) OVER history - (is_correct IS TRUE)::INTEGER AS hits_before
    FROM events
    WINDOW history AS (
        PARTITION BY student_key, activity_id ORDER BY occurred_at, event_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

attempts AS (
    SELECT
        event_id AS attempt_id,
        student_key,
        activity_id,
        attempt_number,
        hints_so_far - coalesce(lag(hints_so_far) OVER item, 0) AS n_hints,
        count(*) FILTER (WHERE NOT is_correct) OVER streak - (NOT is_correct)::INTEGER AS misses_before
    FROM counted
    WHERE is_correct IS NOT NULL
    WINDOW
        item AS (PARTITION BY student_key, activity_id ORDER BY occurred_at, event_id),
        -- Between two right answers lies one run of misses.
        streak AS (
            PARTITION BY student_key, activity_id, hits_before ORDER BY occurred_at, event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),

mapped AS (
    SELECT
        activity_id,
        list(skill_id ORDER BY skill_id) AS skill_ids
    FROM landing.skill_map
    GROUP BY activity_id
)

SELECT
    answers.attempt_id,
    answers.student_key,
    answers.course_id,
    answers.parent_id,
    answers.activity_id,
    coalesce(mapped.skill_ids, list_sort(list_distinct(answers.skill_ids)), []) AS skill_ids,
    answers.occurred_at,
    answers.score,
    answers.is_correct,
    answers.response,
    answers.duration_seconds,
    attempts.attempt_number,
    attempts.n_hints,
    attempts.n_hints > 0 AS is_aided,
    attempts.misses_before,
    answers.response IS DISTINCT FROM lag(answers.response) OVER item AS is_change_of_response,
    epoch(answers.occurred_at - lag(answers.occurred_at) OVER item)::DECIMAL(14, 3) AS seconds_since_previous,
    answers.is_optional,
    answers.topic_name
FROM answers
INNER JOIN attempts ON answers.attempt_id = attempts.attempt_id
LEFT JOIN mapped ON answers.activity_id = mapped.activity_id
WINDOW item AS (
    PARTITION BY answers.student_key, answers.activity_id ORDER BY answers.occurred_at, answers.attempt_id
)
