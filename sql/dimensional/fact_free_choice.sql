-- Everything that tells what a student does of their own choice and when they like to work.
-- grain: student_key, dimension_name, dimension_value, statement_id
-- scope: student
-- columns:
--   student_key      the student
--   dimension_name   topic or activity_kind (optional activities, each once a day), hour_band or device (sessions)
--   dimension_value  the topic, kind, band (night 0-5, morning 6-11, afternoon 12-17, evening 18-23) or device
--   occurred_at      when
--   statement_id     first statement on the activity that day, or of the session
WITH voluntary AS (
    SELECT
        student_key,
        activity_id,
        topic_name,
        occurred_at,
        statement_id
    FROM dimensional.fact_statement
    WHERE is_optional AND is_own_act
    QUALIFY row_number() OVER (
        PARTITION BY
            student_key,
            activity_id,
            (occurred_at AT TIME ZONE (SELECT time_zone FROM run.refresh_state))::DATE
        ORDER BY occurred_at, statement_id
    ) = 1
)

SELECT
    student_key,
    'topic' AS dimension_name,
    topic_name AS dimension_value,
    occurred_at,
    statement_id
FROM voluntary
WHERE topic_name IS NOT NULL
UNION ALL
SELECT
    voluntary.student_key,
    'activity_kind',
    dim_activity.activity_kind,
    voluntary.occurred_at,
    voluntary.statement_id
FROM voluntary
INNER JOIN dimensional.dim_activity ON voluntary.activity_id = dim_activity.activity_id
UNION ALL
SELECT
    student_key,
    'hour_band',
    CASE
        WHEN started_hour < 6 THEN 'night'
        WHEN started_hour < 12 THEN 'morning'
        WHEN started_hour < 18 THEN 'afternoon'
        ELSE 'evening'
    END,
    started_at,
    first_statement_id
FROM dimensional.fact_session
UNION ALL
SELECT
    student_key,
    'device',
    device_name,
    started_at,
    first_statement_id
FROM dimensional.fact_session
WHERE device_name IS NOT NULL
