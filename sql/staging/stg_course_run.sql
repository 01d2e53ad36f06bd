-- The school's own course plan: when each run of a course begins and ends.
-- grain: course_id, begins_on
-- scope: reference
-- stored: view
-- columns:
--   course_id  the course
--   begins_on  first day of the run, in the school's time zone
--   ends_on    last day of the run
SELECT
    course_id,
    begins_on,
    ends_on
FROM landing.course_run
