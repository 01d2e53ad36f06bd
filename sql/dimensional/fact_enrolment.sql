-- Every student in every course in which they were registered or did something.
-- grain: student_key, course_id
-- scope: student
-- columns:
--   student_key        the student
--   course_id          the course
--   registered_at      last registration; NULL where none was told
--   unregistered_at    when they left, if they did not register again
--   first_active_at    first act of the student in the course; NULL where there was none
--   enrolled_at        last registration; the first act of the student in the course where none was told
--   last_active_at     last act of the student in the course
--   completed_at       first completion of the course itself
--   last_completed_at  last such completion
--   passed_at          first pass of the course itself
--   last_passed_at     last such pass
--   failed_at          last fail of the course itself, if not passed since
--   n_statements       statements in the course
WITH told AS (
    SELECT
        student_key,
        course_id,
        -- Of the course itself: a booking of an appointment in it is no enrolment.
        max(occurred_at) FILTER (
            WHERE activity_id = course_id AND verb_id = 'http://adlnet.gov/expapi/verbs/registered'
        ) AS registered_at,
        max(occurred_at) FILTER (
            WHERE activity_id = course_id AND verb_id = 'http://id.tincanapi.com/verb/unregistered'
        ) AS left_at,
        min(occurred_at) FILTER (WHERE is_own_act) AS first_active_at,
        max(occurred_at) FILTER (WHERE is_own_act) AS last_active_at,
        min(occurred_at) FILTER (
            WHERE activity_id = course_id
            AND (is_completion OR verb_id = 'http://adlnet.gov/expapi/verbs/completed')
        ) AS completed_at,
        max(occurred_at) FILTER (
            WHERE activity_id = course_id
            AND (is_completion OR verb_id = 'http://adlnet.gov/expapi/verbs/completed')
        ) AS last_completed_at,
        min(occurred_at) FILTER (
            WHERE activity_id = course_id AND verb_id = 'http://adlnet.gov/expapi/verbs/passed'
        ) AS passed_at,
        max(occurred_at) FILTER (
            WHERE activity_id = course_id AND verb_id = 'http://adlnet.gov/expapi/verbs/passed'
        ) AS last_passed_at,
        max(occurred_at) FILTER (
            WHERE activity_id = course_id AND verb_id = 'http://adlnet.gov/expapi/verbs/failed'
        ) AS last_failed_at,
        count(*) AS n_statements
    FROM dimensional.fact_statement
    WHERE course_id IS NOT NULL
    GROUP BY student_key, course_id
)

SELECT
    student_key,
    course_id,
    registered_at,
    CASE WHEN registered_at IS NULL OR left_at > registered_at THEN left_at END AS unregistered_at,
    first_active_at,
    coalesce(registered_at, first_active_at) AS enrolled_at,
    last_active_at,
    completed_at,
    last_completed_at,
    passed_at,
    last_passed_at,
    CASE WHEN passed_at IS NULL OR last_failed_at > last_passed_at THEN last_failed_at END AS failed_at,
    n_statements
FROM told
