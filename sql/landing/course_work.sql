-- The school's own course plan: which work is due when, and how much of the result it makes.
-- grain: course_id, activity_id, due_local
-- columns:
--   course_id    IRI of the course
--   activity_id  IRI of the work: an assignment, a quiz, an exam
--   due_local    when it is due, on the clock of the school's time zone
--   weight       weight in the course's result, from 0; in whatever unit the school uses
CREATE TABLE IF NOT EXISTS landing.course_work (
    course_id VARCHAR NOT NULL,
    activity_id VARCHAR NOT NULL,
    due_local TIMESTAMP NOT NULL,
    weight DECIMAL(9, 4) NOT NULL
);
