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
--   n_hints               hints asked on this item since the attempt before; NULL where its system never tells of hints
--   is_aided              whether any hint was asked before it; NULL where that is unknown
--   misses_before         misses in a row on this item right before
--   is_change_of_response whether the answer differs from the one before on this item; NULL where either is
--                         unknown, as on the first
--   seconds_since_previous seconds since the attempt before on this item
--   is_optional           whether the item need not be done
--   topic_name            what it is about
-- Answers and hints of one item in one line of time, so that hints count towards the answer after them.
WITH events AS (
    SELECT
        statement_id,
        student_key,
        course_id,
        parent_id,
        activity_id,
        skill_ids,
        occurred_at,
        -- Least and greatest pass over NULL, so an unknown score must not reach them.
        CASE WHEN score IS NULL THEN is_success::INTEGER ELSE greatest(least(score, 1), 0) END AS score,
        coalesce(is_success, score >= 0.5) AS is_correct,
        response,
        duration_seconds,
        is_optional,
        topic_name,
        list_contains(told_by_system, 'hint') AS tells_hints,
        verb_id = 'https://learnloom.example/xapi/verbs/requested-hint' AS is_hint
    FROM dimensional.fact_statement
    WHERE
        activity_id IS NOT NULL
        AND (
            verb_id = 'https://learnloom.example/xapi/verbs/requested-hint'
            OR (
                verb_id = 'http://adlnet.gov/expapi/verbs/answered'
                AND activity_kind NOT IN ('course', 'module', 'quiz', 'skill', 'forum')
                AND (is_success IS NOT NULL OR score IS NOT NULL)
            )
        )
),

counted AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_hint) OVER history AS hints_so_far,
        count(*) FILTER (WHERE NOT is_hint AND NOT is_correct) OVER history AS misses_so_far
    FROM events
    WINDOW history AS (
        PARTITION BY student_key, activity_id ORDER BY occurred_at, statement_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),

attempts AS (
    SELECT
        *,
        row_number() OVER item AS attempt_number,
        CASE WHEN tells_hints THEN hints_so_far - coalesce(lag(hints_so_far) OVER item, 0) END AS n_hints,
        -- All misses before this answer but for those before the last right one.
        coalesce(lag(misses_so_far) OVER item, 0) - coalesce(
            max(misses_so_far) FILTER (WHERE is_correct) OVER (
                item ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS misses_before,
        response <> lag(response) OVER item AS is_change_of_response,
        -- In microseconds: taking one TIMESTAMPTZ from another asks a calendar, which is slow.
        ((epoch_us(occurred_at) - lag(epoch_us(occurred_at)) OVER item) / 1000000)::DECIMAL(14, 3)
            AS seconds_since_previous
    FROM counted
    WHERE NOT is_hint
    WINDOW item AS (PARTITION BY student_key, activity_id ORDER BY occurred_at, statement_id)
),

mapped AS (
    SELECT
        activity_id,
        list(skill_id ORDER BY skill_id) AS skill_ids
    FROM staging.stg_skill_map
    GROUP BY activity_id
)

SELECT
    attempts.statement_id AS attempt_id,
    attempts.student_key,
    attempts.course_id,
    attempts.parent_id,
    attempts.activity_id,
    coalesce(mapped.skill_ids, list_sort(list_distinct(attempts.skill_ids))) AS skill_ids,
    attempts.occurred_at,
    attempts.score::DECIMAL(6, 5) AS score,
    attempts.is_correct,
    attempts.response,
    attempts.duration_seconds,
    attempts.attempt_number,
    attempts.n_hints,
    attempts.n_hints > 0 AS is_aided,
    attempts.misses_before,
    attempts.is_change_of_response,
    attempts.seconds_since_previous,
    attempts.is_optional,
    attempts.topic_name
FROM attempts
LEFT JOIN mapped ON attempts.activity_id = mapped.activity_id
