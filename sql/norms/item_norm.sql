-- How a model version's class fared with each question, as it was when the version was fitted.
-- grain: model_version, activity_id
-- scope: version
-- columns:
--   model_version            the version
--   activity_id              the question
--   n_students               students who answered it
--   first_rate               share right at the first attempt; NULL with fewer than 10 students
--   n_timed                  answers with a known duration
--   mean_duration_seconds    mean of these durations; NULL with fewer than 20
--   median_duration_seconds  median of these durations, the usual time; NULL with fewer than 20
SELECT
    (SELECT model_version FROM run.refresh_state) AS model_version,
    activity_id,
    count(DISTINCT student_key) AS n_students,
    CASE
        WHEN count(DISTINCT student_key) >= 10
            THEN (avg(is_correct::INTEGER) FILTER (WHERE attempt_number = 1))::DECIMAL(6, 5)
    END AS first_rate,
    count(duration_seconds) AS n_timed,
    CASE WHEN count(duration_seconds) >= 20 THEN avg(duration_seconds)::DECIMAL(14, 3) END AS mean_duration_seconds,
    CASE WHEN count(duration_seconds) >= 20 THEN median(duration_seconds)::DECIMAL(14, 3) END
        AS median_duration_seconds
FROM dimensional.fact_attempt
GROUP BY activity_id
