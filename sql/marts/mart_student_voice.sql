-- A student's last word on each thing they chose, preferred or spoke of; and their teachers' on what they know, are to
-- practise, and were spoken to.
-- grain: student_key, voice_kind, target_id, stated_by
-- scope: student
-- columns:
--   student_key       the student
--   voice_kind        choice, preference, stated_known, talk, assigned or contacted
--   target_id         what it is about
--   target_name       its name; of an activity type the kind as in dim_activity
--   target_kind       skill, topic, activity_type or activity
--   statement_id      the statement
--   occurred_at       when
--   is_affirmed       false where a choice is declined, a preference taken back or "I don't know it" said
--   signal_id         the signal to which they react
--   stated_by         student; teacher where one states what the student knows, sets practice or made contact
--   n_attempts_since  answers of the student on it since, where it is a skill
WITH since AS (
    SELECT
        fact_voice.statement_id,
        count(*) AS n_attempts_since
    FROM dimensional.fact_voice
    INNER JOIN dimensional.fact_attempt_skill
        ON
            fact_voice.student_key = fact_attempt_skill.student_key
            AND fact_voice.target_id = fact_attempt_skill.skill_id
            AND fact_voice.occurred_at < fact_attempt_skill.occurred_at
    WHERE fact_voice.is_current
    GROUP BY fact_voice.statement_id
)

SELECT
    fact_voice.student_key,
    fact_voice.voice_kind,
    fact_voice.target_id,
    coalesce(
        dim_activity_kind.activity_kind, dim_skill.skill_name, dim_activity.activity_name, fact_voice.target_name
    ) AS target_name,
    CASE
        WHEN dim_skill.skill_id IS NOT NULL THEN 'skill'
        WHEN
            dim_activity_kind.activity_type IS NOT NULL
            OR fact_voice.target_id IN (SELECT known.activity_type FROM dimensional.dim_activity AS known)
            THEN 'activity_type'
        WHEN
            fact_voice.voice_kind = 'preference'
            OR dim_activity.activity_type = 'http://id.tincanapi.com/activitytype/category'
            THEN 'topic'
        ELSE 'activity'
    END AS target_kind,
    fact_voice.statement_id::VARCHAR AS statement_id,
    fact_voice.occurred_at,
    fact_voice.is_affirmed,
    fact_voice.signal_id,
    fact_voice.stated_by,
    coalesce(since.n_attempts_since, 0) AS n_attempts_since
FROM dimensional.fact_voice
LEFT JOIN dimensional.dim_activity ON fact_voice.target_id = dim_activity.activity_id
LEFT JOIN dimensional.dim_skill ON fact_voice.target_id = dim_skill.skill_id
LEFT JOIN dimensional.dim_activity_kind ON fact_voice.target_id = dim_activity_kind.activity_type
LEFT JOIN since ON fact_voice.statement_id = since.statement_id
WHERE fact_voice.is_current
