-- The school's own course plan: when each run of a course begins and ends.
-- grain: course_id, begins_on
-- columns:
--   course_id  IRI of the course
--   begins_on  first day of the run, in the school's time zone
--   ends_on    last day of the run; from the day after it counts as ended
CREATE TABLE IF NOT EXISTS landing.course_run (
    course_id VARCHAR NOT NULL,
    begins_on DATE NOT NULL,
    ends_on DATE NOT NULL
);
