-- What each student did in the 14 days before and after each day on which a signal was raised, or drawn to be said or
-- withheld. Before is the 14 days up to and with the day, after the 14 days that follow; only where these have ended is
-- there a row. Where the signal was about a skill, answers are those on that skill, and only who answered on it before, or
-- was drawn, has a row; else all answers count, and whoever was active before has a row.
-- grain: skill_id, raised_on, student_key
-- scope: read
-- columns:
--   skill_id               the skill a signal was about; NULL where it was about none
--   raised_on              day whose end the signal was computed for, in the school's time zone
--   student_key            the student, told of or not
--   class_name             runs of courses that the student took then (for a skill: the one in which it was practised);
--                          NULL where no course is known
--   stratum                bins of the time before: share right, answers, active days, days since the last answer (the
--                          last active day where it is about no skill)
--   n_answers_before       answers before
--   share_right_before     share right of them; NULL where there was none
--   above_expected_before  share right less what the learner model expected; NULL where it expected nothing
--   active_days_before     days with a session, whatever it was about
--   active_seconds_before  time on task, whatever it was about
--   n_answers_after        the same, after
--   share_right_after      the same, after
--   above_expected_after   the same, after
--   active_days_after      the same, after
--   active_seconds_after   the same, after
WITH today AS MATERIALIZED (
    SELECT
        time_zone,
        (as_of AT TIME ZONE time_zone)::DATE AS local_day
    FROM run.refresh_state
),

places AS MATERIALIZED (
    SELECT DISTINCT
        skill_id,
        raised_on
    FROM feedback.signal_said
    WHERE is_first AND raised_on + 14 <= (SELECT local_day FROM today)
    UNION
    SELECT
        skill_id,
        drawn_on
    FROM feedback.signal_drawn
    WHERE drawn_on + 14 <= (SELECT local_day FROM today)
),

-- Each day around a day on which something was said, so that facts are met by equality.
windows AS MATERIALIZED (
    SELECT
        skill_id,
        raised_on,
        unnest(range(-13, 15))::INTEGER AS days_after
    FROM places
),

answers AS (
    SELECT
        fact_attempt.student_key,
        NULL::VARCHAR AS skill_id,
        NULL::VARCHAR AS course_id,
        fact_attempt.occurred_at,
        fact_attempt.is_correct,
        attempt_estimate.p_before
    FROM dimensional.fact_attempt
    LEFT JOIN estimates.attempt_estimate ON fact_attempt.attempt_id = attempt_estimate.attempt_id
    UNION ALL
    SELECT
        fact_attempt_skill.student_key,
        fact_attempt_skill.skill_id,
        fact_attempt_skill.course_id,
        fact_attempt_skill.occurred_at,
        fact_attempt_skill.is_correct,
        attempt_estimate.p_before
    FROM dimensional.fact_attempt_skill
    LEFT JOIN estimates.attempt_estimate ON fact_attempt_skill.attempt_id = attempt_estimate.attempt_id
    WHERE fact_attempt_skill.skill_id IN (SELECT skill_id FROM places)
),

answer_days AS MATERIALIZED (
    SELECT
        student_key,
        skill_id,
        (occurred_at AT TIME ZONE (SELECT time_zone FROM today))::DATE AS local_day,
        max(course_id) AS course_id,
        count(*) AS n_answers,
        count(*) FILTER (WHERE is_correct) AS n_right,
        count(p_before) AS n_expected,
        sum(is_correct::INTEGER - p_before) AS above_expected
    FROM answers
    GROUP BY ALL
),

practice AS MATERIALIZED (
    SELECT
        windows.skill_id,
        windows.raised_on,
        answer_days.student_key,
        arg_max(answer_days.course_id, windows.days_after) FILTER (WHERE windows.days_after <= 0) AS course_id,
        max(windows.days_after) FILTER (WHERE windows.days_after <= 0) AS last_day,
        coalesce(sum(answer_days.n_answers) FILTER (WHERE windows.days_after <= 0), 0)::BIGINT AS n_before,
        sum(answer_days.n_right) FILTER (WHERE windows.days_after <= 0) / n_before AS share_before,
        sum(answer_days.above_expected) FILTER (WHERE windows.days_after <= 0)
        / sum(answer_days.n_expected) FILTER (WHERE windows.days_after <= 0) AS above_before,
        coalesce(sum(answer_days.n_answers) FILTER (WHERE windows.days_after > 0), 0)::BIGINT AS n_after,
        sum(answer_days.n_right) FILTER (WHERE windows.days_after > 0) / n_after AS share_after,
        sum(answer_days.above_expected) FILTER (WHERE windows.days_after > 0)
        / sum(answer_days.n_expected) FILTER (WHERE windows.days_after > 0) AS above_after
    FROM windows
    INNER JOIN answer_days
        ON
            windows.skill_id IS NOT DISTINCT FROM answer_days.skill_id
            AND windows.raised_on + windows.days_after = answer_days.local_day
    GROUP BY windows.skill_id, windows.raised_on, answer_days.student_key
),

activity AS MATERIALIZED (
    SELECT
        days.raised_on,
        fact_day.student_key,
        max(days.days_after) FILTER (WHERE days.days_after <= 0) AS last_day,
        count(*) FILTER (WHERE days.days_after <= 0) AS days_before,
        coalesce(sum(fact_day.active_seconds) FILTER (WHERE days.days_after <= 0), 0)::DOUBLE AS seconds_before,
        count(*) FILTER (WHERE days.days_after > 0) AS days_after,
        coalesce(sum(fact_day.active_seconds) FILTER (WHERE days.days_after > 0), 0)::DOUBLE AS seconds_after
    FROM (SELECT DISTINCT raised_on, days_after FROM windows) AS days
    INNER JOIN dimensional.fact_day ON days.raised_on + days.days_after = fact_day.local_day
    GROUP BY days.raised_on, fact_day.student_key
),

enrolments AS MATERIALIZED (
    SELECT
        fact_enrolment.student_key,
        fact_enrolment.course_id,
        (fact_enrolment.enrolled_at AT TIME ZONE (SELECT time_zone FROM today))::DATE AS from_day,
        (fact_enrolment.unregistered_at AT TIME ZONE (SELECT time_zone FROM today))::DATE AS left_on,
        concat_ws(
            ' ', fact_enrolment.course_id, (dim_course_run.begins_at AT TIME ZONE (SELECT time_zone FROM today))::DATE
        ) AS run_name
    FROM dimensional.fact_enrolment
    LEFT JOIN dimensional.dim_course_run
        ON
            fact_enrolment.course_id = dim_course_run.course_id
            AND fact_enrolment.enrolled_at < dim_course_run.ends_at
    -- The first run that ends after they enrolled.
    QUALIFY row_number() OVER (
        PARTITION BY fact_enrolment.student_key, fact_enrolment.course_id ORDER BY dim_course_run.begins_at
    ) = 1
),

taken AS MATERIALIZED (
    SELECT
        days.raised_on,
        enrolments.student_key,
        string_agg(enrolments.run_name, ', ' ORDER BY enrolments.run_name) AS class_name
    FROM (SELECT DISTINCT raised_on FROM places) AS days
    INNER JOIN enrolments
        ON days.raised_on >= enrolments.from_day AND coalesce(days.raised_on < enrolments.left_on, TRUE)
    GROUP BY days.raised_on, enrolments.student_key
),

-- Who was active before; for a skill, who also answered on it or was drawn.
measured AS (
    SELECT
        places.skill_id,
        activity.raised_on,
        activity.student_key,
        CASE
            WHEN places.skill_id IS NULL THEN taken.class_name
            ELSE coalesce(enrolments.run_name, practice.course_id)
        END AS class_name,
        coalesce(practice.n_before, 0) AS n_answers_before,
        practice.share_before AS share_right_before,
        practice.above_before AS above_expected_before,
        activity.days_before AS active_days_before,
        activity.seconds_before AS active_seconds_before,
        coalesce(practice.n_after, 0) AS n_answers_after,
        practice.share_after AS share_right_after,
        practice.above_after AS above_expected_after,
        activity.days_after AS active_days_after,
        activity.seconds_after AS active_seconds_after,
        concat_ws(
            ', ',
            'right '
            || CASE
                WHEN practice.share_before IS NULL THEN 'unknown'
                WHEN practice.share_before < 0.4 THEN 'below 0.4'
                WHEN practice.share_before < 0.6 THEN '0.4 to 0.6'
                WHEN practice.share_before < 0.8 THEN '0.6 to 0.8'
                ELSE '0.8 or more'
            END,
            'answers '
            || CASE
                WHEN n_answers_before = 0 THEN 'none'
                WHEN n_answers_before < 5 THEN 'below 5'
                WHEN n_answers_before < 15 THEN '5 to 14'
                WHEN n_answers_before < 40 THEN '15 to 39'
                WHEN n_answers_before < 80 THEN '40 to 79'
                ELSE '80 or more'
            END,
            'days '
            || CASE
                WHEN active_days_before < 4 THEN 'below 4'
                WHEN active_days_before < 8 THEN '4 to 7'
                ELSE '8 or more'
            END,
            'last '
            || CASE
                WHEN CASE WHEN places.skill_id IS NULL THEN activity.last_day ELSE practice.last_day END > -3
                    THEN 'within 3 days'
                ELSE 'before'
            END
        ) AS stratum
    FROM places
    INNER JOIN activity ON places.raised_on = activity.raised_on AND activity.days_before > 0
    LEFT JOIN practice
        ON
            places.skill_id IS NOT DISTINCT FROM practice.skill_id
            AND places.raised_on = practice.raised_on
            AND activity.student_key = practice.student_key
    LEFT JOIN taken
        ON places.skill_id IS NULL AND places.raised_on = taken.raised_on AND activity.student_key = taken.student_key
    LEFT JOIN enrolments
        ON activity.student_key = enrolments.student_key AND practice.course_id = enrolments.course_id
    WHERE
        places.skill_id IS NULL
        OR practice.n_before > 0
        -- Whom a draw was about counts whether they answered on the skill or not: a review is due after a pause.
        OR (places.skill_id, activity.raised_on, activity.student_key) IN (
            SELECT (skill_id, drawn_on, student_key) FROM feedback.signal_drawn
        )
)

SELECT
    skill_id,
    raised_on,
    student_key,
    class_name,
    stratum,
    n_answers_before,
    share_right_before,
    above_expected_before,
    active_days_before,
    active_seconds_before,
    n_answers_after,
    share_right_after,
    above_expected_after,
    active_days_after,
    active_seconds_after
FROM measured
