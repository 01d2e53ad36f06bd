-- In which courses a signal calls a teacher to a student: where it is about a skill or a course, in that one; where it is
-- about the student, in all that go on and they have not completed. What calls nobody, or nobody in a course, has no row.
-- grain: signal_id, course_id
-- scope: student
-- columns:
--   student_key  the student
--   signal_id    the signal
--   course_id    the course
--   cause        what it has in common with others: asked, learning, presence or passing; hint, where such calls are
--                right too seldom to send anybody
--   urgency      0 to 1, for ordering
--   is_noted     whether a teacher has taken note of it, or followed it
WITH called AS (
    SELECT
        student_key,
        signal_id,
        subject,
        cause,
        urgency
    FROM feedback.signal
    WHERE cause IS NOT NULL
),

noted AS (
    SELECT DISTINCT signal_id
    FROM dimensional.fact_response
    WHERE audience = 'teacher' AND response <> 'dismissed'
),

placed AS (
    SELECT
        called.signal_id,
        enrolment.course_id
    FROM called
    INNER JOIN dimensional.dim_course_skill ON called.subject = dim_course_skill.skill_id
    INNER JOIN dimensional.fact_enrolment AS enrolment
        ON called.student_key = enrolment.student_key AND dim_course_skill.course_id = enrolment.course_id
    UNION
    SELECT
        called.signal_id,
        enrolment.course_id
    FROM called
    INNER JOIN dimensional.fact_enrolment AS enrolment ON called.student_key = enrolment.student_key
    WHERE
        called.subject = enrolment.course_id
        OR (
            (called.subject IS NULL OR called.cause = 'asked')
            AND (enrolment.student_key, enrolment.course_id) IN (SELECT (student_key, course_id) FROM marts.mart_student_risk)
            -- Who completed it and enrolled anew has another go.
            AND coalesce(enrolment.last_completed_at < enrolment.enrolled_at, TRUE)
        )
)

SELECT
    called.student_key,
    called.signal_id,
    placed.course_id,
    called.cause,
    called.urgency,
    noted.signal_id IS NOT NULL AS is_noted
FROM called
INNER JOIN placed ON called.signal_id = placed.signal_id
LEFT JOIN noted ON called.signal_id = noted.signal_id
