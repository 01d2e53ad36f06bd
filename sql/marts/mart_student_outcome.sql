-- How a student's answers go under one circumstance.
-- grain: student_key, dimension, value
-- scope: student
-- columns:
--   student_key   the student
--   dimension     hour_band, device or session_length
--   value         the band or device; short (below 15 minutes), medium (15 to 45) or long session, where its length is
--                 known: answers that are all told at the moment of a submission say nothing of it
--   n_attempts    answers
--   n_correct     right ones
--   n_expected    right ones that the learner model expected; NULL where it expects nothing
--   last_at       last answer
--   evidence_ids  last ten statements, latest first
WITH attempts AS (
    SELECT
        fact_attempt.student_key,
        fact_attempt.attempt_id,
        fact_attempt.occurred_at,
        fact_attempt.is_correct,
        attempt_estimate.p_before,
        unnest([
            {
                'dimension': 'hour_band',
                'value': CASE
                    WHEN fact_session.started_hour < 6 THEN 'night'
                    WHEN fact_session.started_hour < 12 THEN 'morning'
                    WHEN fact_session.started_hour < 18 THEN 'afternoon'
                    ELSE 'evening'
                END
            },
            {'dimension': 'device', 'value': fact_session.device_name},
            {
                'dimension': 'session_length',
                'value': CASE
                    -- Nobody answers a question a second.
                    WHEN fact_session.duration_seconds < fact_session.n_attempts THEN NULL
                    WHEN fact_session.duration_seconds < 900 THEN 'short'
                    WHEN fact_session.duration_seconds <= 2700 THEN 'medium'
                    ELSE 'long'
                END
            }
        ]) AS circumstance
    FROM dimensional.fact_attempt
    ASOF JOIN dimensional.fact_session
        ON
            fact_attempt.student_key = fact_session.student_key
            AND fact_attempt.occurred_at >= fact_session.started_at
    LEFT JOIN estimates.attempt_estimate ON fact_attempt.attempt_id = attempt_estimate.attempt_id
),

numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY student_key, circumstance.dimension, circumstance.value
            ORDER BY occurred_at DESC, attempt_id DESC
        ) AS from_last
    FROM attempts
    WHERE circumstance.value IS NOT NULL
)

SELECT
    student_key,
    circumstance.dimension AS dimension,
    circumstance.value AS value,
    count(*) AS n_attempts,
    count(*) FILTER (WHERE is_correct) AS n_correct,
    sum(p_before::DECIMAL(9, 8)) AS n_expected,
    max(occurred_at) AS last_at,
    list(attempt_id::VARCHAR ORDER BY from_last) FILTER (WHERE from_last <= 10) AS evidence_ids
FROM numbered
GROUP BY student_key, circumstance.dimension, circumstance.value
