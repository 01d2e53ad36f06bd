-- Which skills a course teaches: those of its activities.
-- grain: course_id, skill_id
-- scope: reference
-- columns:
--   course_id  the course
--   skill_id   the skill
SELECT DISTINCT
    course_id,
    skill_id
FROM dimensional.dim_activity_skill
WHERE course_id IS NOT NULL
