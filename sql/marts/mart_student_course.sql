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
--   completed_at     first completion of the course
--   passed_at        first pass of the course
SELECT
    fact_enrolment.student_key,
    fact_enrolment.course_id,
    dim_activity.activity_name AS course_name,
    fact_enrolment.registered_at,
    fact_enrolment.first_active_at,
    fact_enrolment.last_active_at,
    fact_enrolment.unregistered_at,
    fact_enrolment.completed_at,
    fact_enrolment.passed_at
FROM dimensional.fact_enrolment
LEFT JOIN dimensional.dim_activity ON fact_enrolment.course_id = dim_activity.activity_id
