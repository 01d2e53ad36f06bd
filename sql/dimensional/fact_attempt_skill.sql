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
--   is_aided       whether any hint was asked before it
--   misses_before  misses in a row on this item right before
--   opportunity    attempts of this student at this skill so far, this one included
--   run_right      right answers in a row on this skill, this one included; 0 after a miss
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
        row_number() OVER history AS opportunity,
        sum((NOT is_correct)::INTEGER) OVER history AS misses_so_far
    FROM exploded
    WINDOW history AS (PARTITION BY student_key, skill_id ORDER BY occurred_at, attempt_id)
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
    sum(is_correct::INTEGER) OVER (
        PARTITION BY student_key, skill_id, misses_so_far ORDER BY occurred_at, attempt_id
    ) AS run_right
FROM counted
