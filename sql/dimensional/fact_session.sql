-- Every session: what a student did without a pause longer than the setting session_gap_minutes. What others
-- did to them (registered, scored, passed, failed) is no act of theirs.
-- grain: student_key, session_number
-- scope: student
-- columns:
--   student_key       the student
--   session_number    1 for the student's first
--   started_at        first statement
--   ended_at          last statement
--   duration_seconds  time between the two: time on task, pauses beyond the gap left out
--   first_statement_id  first statement
--   n_statements      statements in it
--   n_attempts        answers in it
--   device_name       device of its first statement that names one
--   started_hour      hour of the day in the school's time zone, 0 to 23
--   local_day         day it started on, in the school's time zone
WITH steps AS (
    SELECT
        student_key,
        statement_id,
        occurred_at,
        verb_id,
        device_name,
        row_number() OVER history AS step,
        -- In microseconds: taking one TIMESTAMPTZ from another asks a calendar, which is slow.
        coalesce(
            epoch_us(occurred_at) - lag(epoch_us(occurred_at)) OVER history
            > 60000000 * (SELECT session_gap_minutes FROM run.refresh_state)::BIGINT,
            TRUE
        ) AS is_first
    FROM dimensional.fact_statement
    WHERE is_own_act
    WINDOW history AS (PARTITION BY student_key ORDER BY occurred_at, statement_id)
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_first) OVER (
            PARTITION BY student_key ORDER BY step ROWS UNBOUNDED PRECEDING
        ) AS session_number
    FROM steps
),

sessions AS (
    SELECT
        student_key,
        session_number::INTEGER AS session_number,
        min(occurred_at) AS started_at,
        max(occurred_at) AS ended_at,
        any_value(statement_id) FILTER (WHERE is_first) AS first_statement_id,
        count(*) AS n_statements,
        count(*) FILTER (WHERE verb_id = 'http://adlnet.gov/expapi/verbs/answered') AS n_attempts,
        arg_min(device_name, step) AS device_name
    FROM numbered
    GROUP BY student_key, session_number
)

SELECT
    student_key,
    session_number,
    started_at,
    ended_at,
    ((epoch_us(ended_at) - epoch_us(started_at)) / 1000000)::DECIMAL(14, 3) AS duration_seconds,
    first_statement_id,
    n_statements,
    n_attempts,
    device_name,
    hour(started_at AT TIME ZONE (SELECT time_zone FROM run.refresh_state)) AS started_hour,
    (started_at AT TIME ZONE (SELECT time_zone FROM run.refresh_state))::DATE AS local_day
FROM sessions
