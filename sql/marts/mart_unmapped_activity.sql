-- Every activity with answers of which nobody names a skill: what the school's map lacks. A fallback names none.
-- grain: activity_id
-- scope: read
-- columns:
--   activity_id       IRI of the activity
--   activity_name     its name
--   course_id         the course to which it belongs
--   course_name       name of the course
--   n_answers         answers of which nobody names a skill
--   n_students        students who gave them
--   last_answered_at  when the last was given
SELECT
    fact_attempt.activity_id,
    any_value(dim_activity.activity_name) AS activity_name,
    any_value(dim_activity.course_id) AS course_id,
    any_value(dim_course.course_name) AS course_name,
    count(*) AS n_answers,
    count(DISTINCT fact_attempt.student_key) AS n_students,
    max(fact_attempt.occurred_at) AS last_answered_at
FROM dimensional.fact_attempt
LEFT JOIN dimensional.dim_activity ON fact_attempt.activity_id = dim_activity.activity_id
LEFT JOIN dimensional.dim_course ON dim_activity.course_id = dim_course.course_id
WHERE coalesce(fact_attempt.skills_told_by, 'fallback') = 'fallback'
GROUP BY fact_attempt.activity_id
