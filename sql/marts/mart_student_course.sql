-- A student in a course.
-- grain: student_key, course_id
-- scope: student
-- columns:
--   student_key      the student
--   course_id        the course
--   course_name      its name
--   registered_at    last registration
--   first_active_at  first act of the student in it; NULL where there was none
--   last_active_at   last act of the student in it
--   unregistered_at  when they left
--   completed_at     first completion of the course; of a time before the last enrolment the last one since, NULL where
--                    there is none
--   passed_at        first pass of the course, likewise
WITH enrolments AS (
    SELECT
        *,
        coalesce(registered_at, first_active_at) AS enrolled_at
    FROM dimensional.fact_enrolment
)

SELECT
    enrolments.student_key,
    enrolments.course_id,
    dim_activity.activity_name AS course_name,
    enrolments.registered_at,
    enrolments.first_active_at,
    enrolments.last_active_at,
    enrolments.unregistered_at,
    -- Who completed it and enrolled anew has another go.
    CASE
        WHEN coalesce(enrolments.completed_at >= enrolments.enrolled_at, TRUE) THEN enrolments.completed_at
        WHEN enrolments.last_completed_at >= enrolments.enrolled_at THEN enrolments.last_completed_at
    END AS completed_at,
    CASE
        WHEN coalesce(enrolments.passed_at >= enrolments.enrolled_at, TRUE) THEN enrolments.passed_at
        WHEN enrolments.last_passed_at >= enrolments.enrolled_at THEN enrolments.last_passed_at
    END AS passed_at
FROM enrolments
LEFT JOIN dimensional.dim_activity ON enrolments.course_id = dim_activity.activity_id
