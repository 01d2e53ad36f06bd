-- Every run of a course in the school's course plan.
-- grain: course_id, begins_at
-- scope: reference
-- columns:
--   course_id  the course
--   begins_at  beginning of its first day in the school's time zone
--   ends_at    end of its last day
SELECT
    course_id,
    begins_on::TIMESTAMP AT TIME ZONE (SELECT time_zone FROM run.refresh_state) AS begins_at,
    (ends_on + 1)::TIMESTAMP AT TIME ZONE (SELECT time_zone FROM run.refresh_state) AS ends_at
FROM staging.stg_course_run
