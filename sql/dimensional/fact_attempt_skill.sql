-- Every attempt once per skill that it exercises.
-- grain: attempt_id, skill_id
-- scope: student
-- columns:
--   attempt_id     the attempt
--   student_key    the student
--   skill_id       the skill
--   course_id      the course
--   activity_id    the item
--   occurred_at    when
--   score          share of what could be had, 0 to 1
--   is_correct     whether it was right
--   is_aided       whether any hint was asked before it; NULL where that is unknown
--   misses_before  misses in a row on this item right before
--   opportunity    attempts of this student at this skill so far, this one included
--   run_right      right answers in a row on this skill, this one included; 0 after a miss, and where a miss was told of the
--                  same moment: which came first is unknown
--   possible_run   the longest run that may have ended in this moment, whatever order its answers had
WITH exploded AS (
    SELECT
        attempt_id,
        student_key,
        unnest(skill_ids) AS skill_id,
        course_id,
        activity_id,
        occurred_at,
        score,
        is_correct,
        is_aided,
        misses_before
    FROM dimensional.fact_attempt
),

counted AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY student_key, skill_id ORDER BY occurred_at, attempt_id) AS opportunity,
        -- A quiz may tell all its answers at the moment of its submission.
        bool_or(NOT is_correct) OVER moment AS has_miss,
        count(*) FILTER (WHERE is_correct) OVER history AS right_by_then,
        right_by_then - count(*) FILTER (WHERE is_correct) OVER moment AS right_before
    FROM exploded
    WINDOW
        moment AS (PARTITION BY student_key, skill_id, occurred_at),
        history AS (
            PARTITION BY student_key, skill_id ORDER BY occurred_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
)

SELECT
    attempt_id,
    student_key,
    skill_id,
    course_id,
    activity_id,
    occurred_at,
    score,
    is_correct,
    is_aided,
    misses_before,
    opportunity,
    opportunity - coalesce(
        max(opportunity) FILTER (WHERE has_miss) OVER (
            PARTITION BY student_key, skill_id ORDER BY opportunity
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        0
    ) AS run_right,
    -- Back to the last moment before with a miss, of which the right answers may have come last.
    right_by_then - coalesce(
        max(right_before) FILTER (WHERE NOT is_correct) OVER (
            PARTITION BY student_key, skill_id ORDER BY occurred_at
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP
        ),
        0
    ) AS possible_run
FROM counted
