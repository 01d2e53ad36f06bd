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
SELECT
    enrolment.student_key,
    enrolment.course_id,
    dim_activity.activity_name AS course_name,
    enrolment.registered_at,
    enrolment.first_active_at,
    enrolment.last_active_at,
    enrolment.unregistered_at,
    told_since(enrolment.completed_at, enrolment.last_completed_at, enrolment.enrolled_at) AS completed_at,
    told_since(enrolment.passed_at, enrolment.last_passed_at, enrolment.enrolled_at) AS passed_at
FROM dimensional.fact_enrolment AS enrolment
LEFT JOIN dimensional.dim_activity ON enrolment.course_id = dim_activity.activity_id
