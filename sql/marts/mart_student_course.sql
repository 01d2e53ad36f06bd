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
        enrolled_at(registered_at, first_active_at) AS enrolled_at
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
    told_since(enrolments.completed_at, enrolments.last_completed_at, enrolments.enrolled_at) AS completed_at,
    told_since(enrolments.passed_at, enrolments.last_passed_at, enrolments.enrolled_at) AS passed_at
FROM enrolments
LEFT JOIN dimensional.dim_activity ON enrolments.course_id = dim_activity.activity_id
