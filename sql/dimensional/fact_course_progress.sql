-- How each student stood in a run of a course at the end of each of its weeks, and now while it goes on: what was due
-- by then, what was handed in, how active they were. Only while they were enrolled and nothing was decided, and from
-- nothing that came later. A student belongs to the first run that ends after they enrolled; what they did or were told
-- before both run and enrolment is an earlier run's.
-- grain: student_key, course_id, cutoff_at
-- scope: student
-- columns:
--   student_key            the student
--   course_id              the course
--   begins_at              beginning of the run
--   cutoff_at              the moment up to which everything is counted
--   is_now                 whether that is the refresh's own as_of
--   elapsed_share          share of the run that had passed
--   n_due                  pieces of work due by then
--   n_submitted            of these, how many were handed in
--   n_missed               of these, how many were not
--   n_ahead                pieces handed in that were not yet due
--   submitted_share        n_submitted / n_due; NULL where nothing was due
--   points_share           weighted mean score of what was due, what was not handed in counting as 0; work that
--                          waits for its score left out
--   mean_score             weighted mean of the scores known of what was due
--   min_score              lowest of them
--   last_score             that of the work due last
--   n_late                 pieces due that were handed in late
--   days_late              mean days from due date to hand-in, below 0 when early; NULL where none was handed in
--   days_since_submission  days since the last hand-in; NULL where there was none
--   is_last_missed         whether the work due last was not handed in; NULL where nothing was due
--   enrolment_days         days from the beginning of the run to enrolment, below 0 when before it
--   active_days            days with an act of the student in the course among the last 28
--   days_since_active      days since the last such act; NULL where there was none
--   has_passed             once the run has ended: passed (or completed) is true, failed or left false, neither NULL;
--                          NULL while it goes on
WITH now AS (
    SELECT
        as_of,
        time_zone
    FROM run.refresh_state
),

enrolments AS (
    SELECT
        enrolment.*,
        dim_course_run.begins_at,
        dim_course_run.ends_at,
        least(dim_course_run.begins_at, enrolment.enrolled_at) AS counts_from
    FROM dimensional.fact_enrolment AS enrolment
    INNER JOIN dimensional.dim_course_run ON enrolment.course_id = dim_course_run.course_id
    WHERE enrolment.enrolled_at < dim_course_run.ends_at
    QUALIFY row_number() OVER (
        PARTITION BY enrolment.student_key, enrolment.course_id ORDER BY dim_course_run.begins_at
    ) = 1
),

outcomes AS (
    SELECT
        * REPLACE (
            told_since(passed_at, last_passed_at, counts_from) AS passed_at,
            -- Who failed and enrolled anew has another go.
            CASE WHEN failed_at >= enrolled_at THEN failed_at END AS failed_at
        ),
        last_completed_at >= counts_from AS has_completed
    FROM enrolments
),

runs AS (
    SELECT
        student_key,
        course_id,
        begins_at,
        ends_at,
        enrolled_at,
        counts_from,
        least(unregistered_at, passed_at, failed_at) AS decided_at,
        CASE
            WHEN ends_at > (SELECT as_of FROM now) THEN NULL
            WHEN passed_at IS NOT NULL THEN TRUE
            WHEN failed_at IS NOT NULL OR unregistered_at IS NOT NULL THEN FALSE
            WHEN has_completed THEN TRUE
        END AS has_passed
    FROM outcomes
),

weeks AS (
    SELECT
        runs.*,
        unnest(
            list_transform(
                range(1, ((epoch(least(ends_at, as_of)) - epoch(begins_at)) / 604800)::BIGINT + 2),
                -- In hours: days would be those of the session's time zone.
                LAMBDA week: least(begins_at + week * INTERVAL 168 HOUR, as_of)
            )
        ) AS cutoff_at
    FROM runs
    CROSS JOIN now
    WHERE begins_at < as_of
),

cutoffs AS (
    SELECT DISTINCT *
    FROM weeks
    WHERE cutoff_at < ends_at AND enrolled_at < cutoff_at AND coalesce(decided_at >= cutoff_at, TRUE)
),

work AS (
    SELECT
        fact_statement.student_key,
        fact_statement.activity_id,
        fact_statement.statement_id,
        fact_statement.occurred_at,
        fact_statement.score
    FROM dimensional.fact_statement
    SEMI JOIN dimensional.fact_assignment ON fact_statement.activity_id = fact_assignment.activity_id
    WHERE
        fact_statement.is_completion
        OR fact_statement.verb_id IN (
            'http://activitystrea.ms/schema/1.0/submit',
            'http://adlnet.gov/expapi/verbs/completed',
            'http://adlnet.gov/expapi/verbs/passed',
            'http://adlnet.gov/expapi/verbs/failed',
            'http://adlnet.gov/expapi/verbs/scored'
        )
),

pieces AS (
    SELECT
        cutoffs.student_key,
        cutoffs.course_id,
        cutoffs.cutoff_at,
        fact_assignment.activity_id,
        fact_assignment.due_at,
        fact_assignment.weight,
        fact_assignment.due_at <= cutoffs.cutoff_at AS is_due,
        min(work.occurred_at) AS submitted_at,
        arg_max(work.score, {'at': work.occurred_at, 'id': work.statement_id}) FILTER (
            WHERE work.score IS NOT NULL
        )::DECIMAL(9, 6) AS score
    FROM cutoffs
    INNER JOIN dimensional.fact_assignment
        ON cutoffs.course_id = fact_assignment.course_id AND cutoffs.begins_at = fact_assignment.begins_at
    LEFT JOIN work
        ON
            cutoffs.student_key = work.student_key
            AND fact_assignment.activity_id = work.activity_id
            AND cutoffs.counts_from <= work.occurred_at
            AND cutoffs.cutoff_at > work.occurred_at
    GROUP BY ALL
),

weighed AS (
    SELECT
        *,
        -- Where all that was due weighs nothing, each piece counts the same.
        CASE
            WHEN sum(weight) FILTER (WHERE is_due) OVER (PARTITION BY student_key, course_id, cutoff_at) > 0 THEN weight
            ELSE 1
        END AS share
    FROM pieces
),

handed_in AS (
    SELECT
        student_key,
        course_id,
        cutoff_at,
        count(*) FILTER (WHERE is_due) AS n_due,
        count(*) FILTER (WHERE is_due AND submitted_at IS NOT NULL) AS n_submitted,
        count(*) FILTER (WHERE NOT is_due AND submitted_at IS NOT NULL) AS n_ahead,
        sum(share * coalesce(score, 0)) FILTER (WHERE is_due AND (score IS NOT NULL OR submitted_at IS NULL))
        / nullif(sum(share) FILTER (WHERE is_due AND (score IS NOT NULL OR submitted_at IS NULL)), 0) AS points_share,
        sum(share * score) FILTER (WHERE is_due AND score IS NOT NULL)
        / nullif(sum(share) FILTER (WHERE is_due AND score IS NOT NULL), 0) AS mean_score,
        min(score) FILTER (WHERE is_due) AS min_score,
        arg_max(score, {'at': due_at, 'id': activity_id}) FILTER (WHERE is_due AND score IS NOT NULL) AS last_score,
        count(*) FILTER (WHERE is_due AND submitted_at > due_at) AS n_late,
        sum((epoch_us(submitted_at) - epoch_us(due_at))::DECIMAL(18, 0)) FILTER (WHERE is_due) / 86400000000
        / nullif(count(submitted_at) FILTER (WHERE is_due), 0) AS days_late,
        max(submitted_at) AS last_submitted_at,
        arg_max(submitted_at IS NULL, {'at': due_at, 'id': activity_id}) FILTER (WHERE is_due) AS is_last_missed
    FROM weighed
    GROUP BY student_key, course_id, cutoff_at
),

acts AS (
    SELECT
        student_key,
        course_id,
        occurred_at
    FROM dimensional.fact_statement
    WHERE is_own_act AND course_id IS NOT NULL
),

days AS (
    SELECT
        student_key,
        course_id,
        (occurred_at AT TIME ZONE (SELECT time_zone FROM now))::DATE AS local_day,
        min(occurred_at) AS first_at
    FROM acts
    GROUP BY ALL
),

active AS (
    SELECT
        cutoffs.student_key,
        cutoffs.course_id,
        cutoffs.cutoff_at,
        count(*) AS active_days
    FROM cutoffs
    INNER JOIN days
        ON
            cutoffs.student_key = days.student_key
            AND cutoffs.course_id = days.course_id
            AND cutoffs.cutoff_at > days.first_at
            AND cutoffs.cutoff_at - INTERVAL 672 HOUR <= days.first_at
    GROUP BY cutoffs.student_key, cutoffs.course_id, cutoffs.cutoff_at
),

last_acts AS (
    SELECT
        cutoffs.student_key,
        cutoffs.course_id,
        cutoffs.cutoff_at,
        acts.occurred_at AS last_at
    FROM cutoffs
    ASOF JOIN acts
        ON
            cutoffs.student_key = acts.student_key
            AND cutoffs.course_id = acts.course_id
            AND cutoffs.cutoff_at > acts.occurred_at
)

SELECT
    cutoffs.student_key,
    cutoffs.course_id,
    cutoffs.begins_at,
    cutoffs.cutoff_at,
    cutoffs.cutoff_at = (SELECT as_of FROM now) AS is_now,
    (epoch(cutoffs.cutoff_at) - epoch(cutoffs.begins_at)) / (epoch(cutoffs.ends_at) - epoch(cutoffs.begins_at)) AS elapsed_share,
    coalesce(handed_in.n_due, 0) AS n_due,
    coalesce(handed_in.n_submitted, 0) AS n_submitted,
    coalesce(handed_in.n_due - handed_in.n_submitted, 0) AS n_missed,
    coalesce(handed_in.n_ahead, 0) AS n_ahead,
    handed_in.n_submitted / nullif(handed_in.n_due, 0) AS submitted_share,
    handed_in.points_share::DOUBLE AS points_share,
    handed_in.mean_score::DOUBLE AS mean_score,
    handed_in.min_score::DOUBLE AS min_score,
    handed_in.last_score::DOUBLE AS last_score,
    coalesce(handed_in.n_late, 0) AS n_late,
    handed_in.days_late::DOUBLE AS days_late,
    (epoch(cutoffs.cutoff_at) - epoch(handed_in.last_submitted_at)) / 86400 AS days_since_submission,
    handed_in.is_last_missed,
    (epoch(cutoffs.enrolled_at) - epoch(cutoffs.begins_at)) / 86400 AS enrolment_days,
    coalesce(active.active_days, 0) AS active_days,
    (epoch(cutoffs.cutoff_at) - epoch(last_acts.last_at)) / 86400 AS days_since_active,
    cutoffs.has_passed
FROM cutoffs
LEFT JOIN handed_in
    ON
        cutoffs.student_key = handed_in.student_key
        AND cutoffs.course_id = handed_in.course_id
        AND cutoffs.cutoff_at = handed_in.cutoff_at
LEFT JOIN active
    ON
        cutoffs.student_key = active.student_key
        AND cutoffs.course_id = active.course_id
        AND cutoffs.cutoff_at = active.cutoff_at
LEFT JOIN last_acts
    ON
        cutoffs.student_key = last_acts.student_key
        AND cutoffs.course_id = last_acts.course_id
        AND cutoffs.cutoff_at = last_acts.cutoff_at
