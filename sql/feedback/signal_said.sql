-- Every signal that was ever raised, from when to when it stood, and how it was answered.
-- grain: signal_id, occurrence
-- scope: read
-- columns:
--   signal_id        the signal
--   occurrence       how many times it had been raised, this time included
--   student_key      the student, also where it was said under another key of theirs
--   signal_kind      its kind
--   audience         student or teacher
--   skill_id         the skill it was about; NULL where it was about none
--   raised_on        day whose end it was computed for, in the school's time zone
--   ended_on         day of the refresh that found it ended; NULL where it stands. Where days are refreshed afterwards
--                    that is later than it was
--   is_first         whether nothing of the kind (about the skill) had been said of the student, to anybody, in the 14
--                    days up to this one
--   is_acknowledged  whether it was answered as taken note of
--   is_followed      whether it was answered as followed
--   is_dismissed     whether it was answered as dismissed
WITH ends AS (
    SELECT
        signal_id,
        occurrence,
        (created_at AT TIME ZONE (SELECT time_zone FROM run.refresh_state))::DATE AS ended_on
    FROM feedback.outbox
    WHERE change = 'ended'
),

raises AS (
    SELECT
        outbox.signal_id,
        outbox.occurrence,
        coalesce(former.student_key, outbox.student_key) AS student_key,
        outbox.signal_kind,
        outbox.audience,
        dim_skill.skill_id,
        (
            json_extract_string(outbox.event, '$.data.created_at')::TIMESTAMPTZ
            AT TIME ZONE (SELECT time_zone FROM run.refresh_state)
        )::DATE AS raised_on,
        ends.ended_on
    FROM feedback.outbox
    LEFT JOIN dimensional.dim_former_key AS former ON outbox.student_key = former.former_key
    LEFT JOIN ends ON outbox.signal_id = ends.signal_id AND outbox.occurrence = ends.occurrence
    LEFT JOIN dimensional.dim_skill ON json_extract_string(outbox.event, '$.data.subject') = dim_skill.skill_id
    WHERE outbox.change = 'raised'
),

answered AS (
    SELECT
        signal_id,
        bool_or(response = 'acknowledged') AS is_acknowledged,
        bool_or(response = 'followed') AS is_followed,
        bool_or(response = 'dismissed') AS is_dismissed
    FROM dimensional.fact_response
    GROUP BY signal_id
)

SELECT
    raises.signal_id,
    raises.occurrence,
    raises.student_key,
    raises.signal_kind,
    raises.audience,
    raises.skill_id,
    raises.raised_on,
    raises.ended_on,
    -- By now open or ended last, of all that were raised on an earlier day.
    coalesce(
        max(coalesce(raises.ended_on, DATE '9999-12-31')) OVER (
            PARTITION BY raises.student_key, raises.signal_kind, raises.skill_id ORDER BY raises.raised_on
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) <= raises.raised_on - 14,
        TRUE
    ) AS is_first,
    coalesce(answered.is_acknowledged, FALSE) AS is_acknowledged,
    coalesce(answered.is_followed, FALSE) AS is_followed,
    coalesce(answered.is_dismissed, FALSE) AS is_dismissed
FROM raises
LEFT JOIN answered ON raises.signal_id = answered.signal_id
