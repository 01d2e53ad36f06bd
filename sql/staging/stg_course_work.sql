-- The school's own course plan: which work is due when, and how much of the result it makes.
-- grain: course_id, activity_id, due_local
-- scope: reference
-- stored: view
-- columns:
--   course_id    the course
--   activity_id  the work
--   due_local    when it is due, on the clock of the school's time zone
--   weight       weight in the course's result, from 0
SELECT
    course_id,
    activity_id,
    due_local,
    weight
FROM landing.course_work
