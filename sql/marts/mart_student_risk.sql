-- How a student stands, now, in a course in which they are enrolled and nothing is decided: a run that goes on, or a
-- course that is in no plan.
-- grain: student_key, course_id
-- scope: student
-- columns:
--   student_key            the student
--   course_id              the course
--   course_name            its name
--   cutoff_at              the moment up to which everything is counted: the refresh's as_of
--   enrolled_days          days since enrolment, or since the run began, whichever is later
--   n_due                  pieces of work due by now; 0 where no plan tells of any
--   n_submitted            of these, how many were handed in
--   submitted_share        n_submitted / n_due; NULL where nothing was due
--   points_share           weighted mean score of what was due, what was not handed in counting as 0
--   days_late              mean days from due date to hand-in, below 0 when early
--   days_since_submission  days since the last hand-in
--   is_last_missed         whether the work due last was not handed in
--   enrolment_days         days from the beginning of the run to enrolment; NULL where no plan tells of a run
--   active_days            days with an act in the course among the last 28; NULL where no plan tells of a run
--   days_since_active      days since the last act in the course; NULL where there was none
--   is_break               whether nothing was due for longer than a week, and than usual in the run; NULL where no plan
--                          tells of work that was due
--   p_not_passing          calibrated probability of not passing; NULL where it was not learned from ended runs
--   threshold              probability from which a teacher is warned
--   precision              share of those warned of at this stage of ended runs who did not pass
--   reasons                the strongest reasons, three at the most: theme, term, usual
--   evidence_ids           last ten statements in the course, latest first
WITH open_courses AS (
    SELECT
        fact_enrolment.student_key,
        fact_enrolment.course_id,
        fact_enrolment.enrolled_at,
        fact_enrolment.last_active_at,
        progress.* EXCLUDE (student_key, course_id)
    FROM dimensional.fact_enrolment
    LEFT JOIN dimensional.fact_course_progress AS progress
        ON
            fact_enrolment.student_key = progress.student_key
            AND fact_enrolment.course_id = progress.course_id
            AND progress.is_now
    WHERE
        fact_enrolment.enrolled_at IS NOT NULL
        AND (
            progress.is_now
            OR (
                fact_enrolment.course_id NOT IN (SELECT course_id FROM dimensional.dim_course_run)
                AND fact_enrolment.unregistered_at IS NULL
                -- Who ended it and enrolled anew has another go.
                AND coalesce(
                    greatest(fact_enrolment.last_completed_at, fact_enrolment.last_passed_at, fact_enrolment.failed_at)
                    < fact_enrolment.enrolled_at,
                    TRUE
                )
            )
        )
),

gaps AS (
    SELECT
        *,
        epoch(due_at) - epoch(lag(due_at) OVER (PARTITION BY course_id, begins_at ORDER BY due_at)) AS gap_seconds
    FROM (SELECT DISTINCT course_id, begins_at, due_at FROM dimensional.fact_assignment) AS due
),

breaks AS (
    SELECT
        gaps.course_id,
        gaps.begins_at,
        epoch(any_value(refresh_state.as_of)) - epoch(max(gaps.due_at) FILTER (WHERE gaps.due_at <= refresh_state.as_of))
        > greatest(7 * 86400, median(gaps.gap_seconds)) AS is_break
    FROM gaps
    CROSS JOIN run.refresh_state
    GROUP BY gaps.course_id, gaps.begins_at
),

evidence AS (
    SELECT
        student_key,
        course_id,
        list(statement_id::VARCHAR ORDER BY from_last) AS evidence_ids
    FROM (
        SELECT
            student_key,
            course_id,
            statement_id,
            row_number() OVER (
                PARTITION BY student_key, course_id ORDER BY occurred_at DESC, statement_id DESC
            ) AS from_last
        FROM dimensional.fact_statement
        WHERE course_id IS NOT NULL
    ) AS ranked
    WHERE from_last <= 10
    GROUP BY student_key, course_id
)

SELECT
    open_courses.student_key,
    open_courses.course_id,
    dim_activity.activity_name AS course_name,
    refresh_state.as_of AS cutoff_at,
    (
        epoch(refresh_state.as_of)
        - epoch(greatest(open_courses.enrolled_at, coalesce(open_courses.begins_at, open_courses.enrolled_at)))
    ) / 86400 AS enrolled_days,
    coalesce(open_courses.n_due, 0) AS n_due,
    coalesce(open_courses.n_submitted, 0) AS n_submitted,
    open_courses.submitted_share,
    open_courses.points_share,
    open_courses.days_late,
    open_courses.days_since_submission,
    open_courses.is_last_missed,
    open_courses.enrolment_days,
    open_courses.active_days,
    (epoch(refresh_state.as_of) - epoch(open_courses.last_active_at)) / 86400 AS days_since_active,
    breaks.is_break,
    student_risk.p_not_passing,
    student_risk.threshold,
    student_risk.precision,
    coalesce(student_risk.reasons, []) AS reasons,
    coalesce(evidence.evidence_ids, []) AS evidence_ids
FROM open_courses
CROSS JOIN run.refresh_state
LEFT JOIN dimensional.dim_activity ON open_courses.course_id = dim_activity.activity_id
LEFT JOIN estimates.student_risk
    ON
        open_courses.student_key = student_risk.student_key
        AND open_courses.course_id = student_risk.course_id
LEFT JOIN breaks
    ON open_courses.course_id = breaks.course_id AND open_courses.begins_at = breaks.begins_at
LEFT JOIN evidence
    ON
        open_courses.student_key = evidence.student_key
        AND open_courses.course_id = evidence.course_id
