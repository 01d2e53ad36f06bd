-- What each student did for each piece of work: begun, handed in, scored, revised.
-- grain: student_key, activity_id
-- scope: student
-- columns:
--   student_key         the student
--   activity_id         the assignment
--   course_id           the course
--   due_at              when it was due, by the last statement that says so
--   begun_at            first act of the student on it other than a look or a word on another's; NULL where there was none
--   first_submitted_at  first hand-in
--   last_submitted_at   last hand-in
--   n_submissions       hand-ins
--   first_scored_at     first score
--   last_scored_at      last score
--   last_score          last score, as a share
--   is_late             first hand-in after due_at; NULL where either is unknown
--   is_revised          handed in again after a score
--   begun_id            statement of begun_at
--   scored_id           statement of the first score
--   submitted_id        statement of the last hand-in
--   is_explained        whether the last hand-in carries a response of at least 40 characters; NULL where its system
--                       never sends one
--   is_begun_early      begun more than a day before due_at; NULL where that is unknown: of work that was handed in
--                       later than that, where nothing tells of an act on it before
WITH work AS (
    SELECT
        student_key,
        activity_id,
        arg_max(course_id, {'at': occurred_at, 'id': statement_id}) AS course_id,
        arg_max(due_at, {'at': occurred_at, 'id': statement_id}) FILTER (WHERE due_at IS NOT NULL) AS due_at,
        -- Whoever has looked at what is to be done has not begun, nor who says a word on what another made of it.
        min(occurred_at) FILTER (
            WHERE is_own_act AND verb_id <> 'http://adlnet.gov/expapi/verbs/experienced' AND contribution_kind IS NULL
        ) AS begun_at,
        arg_min({'id': statement_id, 'verb': verb_id}, {'at': occurred_at, 'id': statement_id}) FILTER (
            WHERE is_own_act AND verb_id <> 'http://adlnet.gov/expapi/verbs/experienced' AND contribution_kind IS NULL
        ) AS begun,
        arg_min(statement_id, {'at': occurred_at, 'id': statement_id}) FILTER (
            WHERE verb_id = 'http://adlnet.gov/expapi/verbs/scored'
        ) AS scored_id,
        arg_max(statement_id, {'at': occurred_at, 'id': statement_id}) FILTER (
            WHERE verb_id = 'http://activitystrea.ms/schema/1.0/submit'
        ) AS submitted_id,
        arg_max(coalesce(response_length, 0) >= 40, {'at': occurred_at, 'id': statement_id}) FILTER (
            WHERE verb_id = 'http://activitystrea.ms/schema/1.0/submit'
            AND list_contains(told_by_system, 'explanation')
        ) AS is_explained,
        min(occurred_at) FILTER (
            WHERE verb_id = 'http://activitystrea.ms/schema/1.0/submit'
        ) AS first_submitted_at,
        max(occurred_at) FILTER (WHERE verb_id = 'http://activitystrea.ms/schema/1.0/submit') AS last_submitted_at,
        count(*) FILTER (WHERE verb_id = 'http://activitystrea.ms/schema/1.0/submit') AS n_submissions,
        min(occurred_at) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/scored') AS first_scored_at,
        max(occurred_at) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/scored') AS last_scored_at,
        arg_max(score, {'at': occurred_at, 'id': statement_id}) FILTER (
            WHERE verb_id = 'http://adlnet.gov/expapi/verbs/scored' AND score IS NOT NULL
        ) AS last_score
    FROM dimensional.fact_statement
    WHERE activity_kind = 'assignment'
    GROUP BY student_key, activity_id
)

SELECT
    student_key,
    activity_id,
    course_id,
    due_at,
    begun_at,
    first_submitted_at,
    last_submitted_at,
    n_submissions,
    first_scored_at,
    last_scored_at,
    last_score,
    first_submitted_at > due_at AS is_late,
    coalesce(last_submitted_at > first_scored_at, FALSE) AS is_revised,
    begun.id AS begun_id,
    scored_id,
    submitted_id,
    is_explained,
    -- What is handed in was begun before, and how long before is unknown.
    CASE
        WHEN begun.verb <> 'http://activitystrea.ms/schema/1.0/submit' OR begun_at < due_at - INTERVAL 1 DAY
            THEN begun_at < due_at - INTERVAL 1 DAY
    END AS is_begun_early
FROM work
