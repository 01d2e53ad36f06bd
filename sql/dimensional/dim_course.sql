-- Every course that is known by its type.
-- grain: course_id
-- scope: reference
-- columns:
--   course_id      IRI of the course
--   course_name    its name
--   introduced_at  when it was first seen
SELECT
    activity_id AS course_id,
    activity_name AS course_name,
    introduced_at
FROM dimensional.dim_activity
WHERE activity_kind = 'course'
