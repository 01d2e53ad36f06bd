-- What followed each signal, and what followed for comparable students to whom nothing of the kind was said: coarsened
-- exact matching (Iacus, King & Porro 2012, Political Analysis 20(1)). Comparable is who stands in the same class and
-- stratum of the same day (feedback.student_window), and of whom nothing of the kind was said from 14 days before it to
-- 14 days after. Where several of a kind follow each other, the first in 14 days counts.
-- grain: signal_kind, audience, skill_id, raised_on, student_key
-- scope: read
-- columns:
--   signal_kind            the kind
--   audience               to whom it was said: student or teacher; NULL for a comparable student
--   skill_id               the skill it was about; NULL where it was about none
--   raised_on              day whose end the signal was computed for, in the school's time zone
--   student_key            the student
--   class_name             runs of courses that the student took then (for a skill: the one in which it was practised);
--                          NULL where no course is known
--   stratum                bins of the time before, or NULL where the student was not active: share right, answers, active
--                          days, days since the last answer (the last active day where it is about no skill)
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
--   is_acknowledged        whether the signal was answered as taken note of; NULL for a comparable student
--   is_followed            whether it was answered as followed
--   is_dismissed           whether it was answered as dismissed
WITH told AS MATERIALIZED (
    SELECT
        signal_kind,
        audience,
        skill_id,
        raised_on,
        student_key,
        bool_or(is_acknowledged) AS is_acknowledged,
        bool_or(is_followed) AS is_followed,
        bool_or(is_dismissed) AS is_dismissed
    FROM feedback.signal_said
    WHERE
        is_first
        AND raised_on + 14 <= (SELECT (as_of AT TIME ZONE time_zone)::DATE FROM run.refresh_state)
    GROUP BY signal_kind, audience, skill_id, raised_on, student_key
),

measured AS MATERIALIZED (
    SELECT *
    FROM feedback.student_window
),

told_measured AS MATERIALIZED (
    SELECT
        told.*,
        measured.* EXCLUDE (skill_id, raised_on, student_key)
    FROM told
    LEFT JOIN measured
        ON
            told.skill_id IS NOT DISTINCT FROM measured.skill_id
            AND told.raised_on = measured.raised_on
            AND told.student_key = measured.student_key
),

strata AS (
    SELECT DISTINCT
        signal_kind,
        skill_id,
        raised_on,
        class_name,
        stratum
    FROM told_measured
    WHERE stratum IS NOT NULL
),

comparable AS (
    SELECT
        strata.signal_kind,
        measured.*
    FROM strata
    INNER JOIN measured
        ON
            strata.skill_id IS NOT DISTINCT FROM measured.skill_id
            AND strata.raised_on = measured.raised_on
            AND strata.class_name IS NOT DISTINCT FROM measured.class_name
            AND strata.stratum = measured.stratum
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM feedback.signal_said AS said
            WHERE
                said.student_key = measured.student_key
                AND said.signal_kind = strata.signal_kind
                AND said.skill_id IS NOT DISTINCT FROM measured.skill_id
                AND said.raised_on <= measured.raised_on + 14
                AND coalesce(said.ended_on > measured.raised_on - 14, TRUE)
        )
),

both_sides AS (
    SELECT *
    FROM told_measured
    UNION ALL BY NAME
    SELECT *
    FROM comparable
)

SELECT
    signal_kind,
    audience,
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
    active_seconds_after,
    is_acknowledged,
    is_followed,
    is_dismissed
FROM both_sides
