-- Of whom a teacher was told, and when: one message about a student in a course and week, and another only where something
-- urgent came up. Rows are only ever added, by the refresh that told and in its transaction.
-- grain: course_id, student_key, week, signal_id
-- columns:
--   course_id    the course
--   student_key  the student
--   week         Monday of the week in which it was told
--   told_on      day as of which it was told, in the school's time zone
--   signal_id    the signal that the message began with
CREATE TABLE IF NOT EXISTS feedback.teacher_told (
    course_id VARCHAR NOT NULL,
    student_key VARCHAR NOT NULL,
    week DATE NOT NULL,
    told_on DATE NOT NULL,
    signal_id VARCHAR NOT NULL
)
