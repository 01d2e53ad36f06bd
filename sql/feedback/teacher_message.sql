-- To whom teachers are called this week: one message for each student in a course, of all signals that call there, the
-- most useful first. A week holds as many students as the school wishes for each who teaches the course by a roster (one,
-- where none says who), told first come, first served from Monday on; what is urgent is told besides. The others wait: they
-- are told in a later week, while it still holds. Who struggles and who is away are told in turns, so that one does not
-- crowd out the other.
-- grain: course_id, student_key
-- scope: course
-- columns:
--   course_id    the course
--   student_key  the student
--   week         Monday of the week, in the school's time zone
--   signal_id    the signal that the message begins with
--   signal_ids   all of them, that one first
--   cause        of that one: asked, learning, presence or passing
--   urgency      its urgency
--   is_urgent    whether it is told however many were told this week
--   is_noted     whether a teacher has taken note of it, so that it is not told again
--   is_told      whether it is told this week; else it waits, or is noted
WITH clock AS (
    SELECT date_trunc('week', (as_of AT TIME ZONE time_zone)::DATE)::DATE AS week
    FROM run.refresh_state
),

wish AS (
    SELECT
        max(setting_value) FILTER (WHERE setting_name = 'week_students')::INTEGER AS students,
        max(setting_value) FILTER (WHERE setting_name = 'week_urgent')::DOUBLE AS urgent,
        max(setting_value) FILTER (WHERE setting_name = 'week_students_of')::JSON AS students_of
    FROM run.setting
),

told AS (
    SELECT
        teacher_told.course_id,
        teacher_told.student_key,
        list(teacher_told.signal_id) AS signal_ids
    FROM feedback.teacher_told AS teacher_told
    INNER JOIN clock ON teacher_told.week = clock.week
    GROUP BY teacher_told.course_id, teacher_told.student_key
),

-- Whom a teacher was told of last week gives way to others that are as urgent, or less.
lately AS (
    SELECT DISTINCT
        teacher_told.course_id,
        teacher_told.student_key
    FROM feedback.teacher_told AS teacher_told
    INNER JOIN clock ON teacher_told.week = clock.week - 7
),

room AS (
    SELECT
        course_id,
        count(*) AS n_told
    FROM told
    GROUP BY course_id
),

called AS (
    SELECT
        signal_course.*,
        signal_course.urgency >= wish.urgent AND NOT signal_course.is_noted
        AND signal_course.cause <> 'hint' AS is_urgent,
        coalesce(list_contains(told.signal_ids, signal_course.signal_id), FALSE) AS was_told
    FROM feedback.signal_course AS signal_course
    CROSS JOIN wish
    LEFT JOIN told
        ON signal_course.course_id = told.course_id AND signal_course.student_key = told.student_key
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY course_id, student_key
            -- What was told this week goes on standing first, so that nothing less urgent is told in its place.
            ORDER BY is_urgent DESC, was_told DESC, is_noted ASC, cause = 'hint' ASC, urgency DESC, signal_id ASC
        ) AS place
    FROM called
),

message AS (
    SELECT
        course_id,
        student_key,
        list(signal_id ORDER BY place) AS signal_ids
    FROM ranked
    GROUP BY course_id, student_key
),

candidate AS (
    SELECT
        ranked.course_id,
        ranked.student_key,
        ranked.signal_id,
        ranked.cause,
        ranked.urgency,
        ranked.is_urgent,
        ranked.is_noted,
        told.course_id IS NOT NULL AS was_told,
        told.course_id IS NULL AND NOT ranked.is_noted AS is_new,
        lately.course_id IS NOT NULL AS was_told_lately
    FROM ranked
    LEFT JOIN told ON ranked.course_id = told.course_id AND ranked.student_key = told.student_key
    LEFT JOIN lately ON ranked.course_id = lately.course_id AND ranked.student_key = lately.student_key
    -- What is right too seldom is told with other calls, or not at all.
    WHERE ranked.place = 1 AND ranked.cause <> 'hint'
),

in_turn AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY course_id, is_new, cause
            ORDER BY is_urgent DESC, was_told_lately ASC, urgency DESC, student_key ASC
        ) AS turn
    FROM candidate
),

placed AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY course_id, is_new
            ORDER BY is_urgent DESC, was_told_lately ASC, turn ASC, urgency DESC, student_key ASC
        ) AS place
    FROM in_turn
)

SELECT
    placed.course_id,
    placed.student_key,
    clock.week,
    placed.signal_id,
    message.signal_ids,
    placed.cause,
    placed.urgency,
    placed.is_urgent,
    placed.is_noted,
    placed.was_told
    OR placed.is_urgent
    OR (
        placed.is_new
        AND placed.place
        <= coalesce(
            (wish.students_of ->> placed.course_id)::INTEGER,
            wish.students * coalesce(stg_course_teacher.n_teachers, 1)
        ) - coalesce(room.n_told, 0)
    ) AS is_told
FROM placed
CROSS JOIN clock
CROSS JOIN wish
INNER JOIN message ON placed.course_id = message.course_id AND placed.student_key = message.student_key
LEFT JOIN room ON placed.course_id = room.course_id
LEFT JOIN staging.stg_course_teacher AS stg_course_teacher ON placed.course_id = stg_course_teacher.course_id
