-- How each question does its work: who answers it, how it goes, and whether it tells strong from weak.
-- grain: activity_id
-- scope: activity
-- columns:
--   activity_id              the question
--   course_id                its course, by the last answer
--   n_students               students who answered it
--   n_attempts               answers
--   first_rate               share right at the first attempt
--   mean_score               mean score of all answers
--   mean_attempts            answers per student
--   hint_rate                share of answers with a hint before them
--   rapid_rate               share of rapid guesses among answers whose time is known
--   median_duration_seconds  median time taken
--   expected_rate            share right that the learner model expected of these very students
--   surprise                 first-and-later share right minus expected_rate: far below 0, the item misleads
--   discrimination           correlation of right or wrong with what the model expected; near 0 or below, the
--                            item does not tell who knows; NULL with fewer than 10 answers
--   most_common_miss         the wrong answer given most often
--   last_answered_at         last answer
SELECT
    fact_attempt.activity_id,
    arg_max(fact_attempt.course_id, {'at': fact_attempt.occurred_at, 'id': fact_attempt.attempt_id}) AS course_id,
    count(DISTINCT fact_attempt.student_key) AS n_students,
    count(*) AS n_attempts,
    (avg(fact_attempt.is_correct::INTEGER) FILTER (WHERE fact_attempt.attempt_number = 1))::DECIMAL(6, 5)
        AS first_rate,
    avg(fact_attempt.score)::DECIMAL(6, 5) AS mean_score,
    (count(*) / count(DISTINCT fact_attempt.student_key))::DECIMAL(12, 4) AS mean_attempts,
    avg(fact_attempt.is_aided::INTEGER)::DECIMAL(6, 5) AS hint_rate,
    avg(attempt_effort.is_rapid::INTEGER)::DECIMAL(6, 5) AS rapid_rate,
    median(fact_attempt.duration_seconds)::DECIMAL(14, 3) AS median_duration_seconds,
    avg(attempt_estimate.p_before::DECIMAL(9, 8))::DECIMAL(6, 5) AS expected_rate,
    (avg(fact_attempt.is_correct::INTEGER) - avg(attempt_estimate.p_before::DECIMAL(9, 8)))::DECIMAL(6, 5)
        AS surprise,
    CASE
        WHEN count(*) >= 10
            THEN try_cast(corr(fact_attempt.is_correct::INTEGER, attempt_estimate.p_before) AS DECIMAL(6, 4))
    END AS discrimination,
    mode(fact_attempt.response ORDER BY fact_attempt.response) FILTER (WHERE NOT fact_attempt.is_correct)
        AS most_common_miss,
    max(fact_attempt.occurred_at) AS last_answered_at
FROM dimensional.fact_attempt
INNER JOIN norms.attempt_effort ON fact_attempt.attempt_id = attempt_effort.attempt_id
LEFT JOIN estimates.attempt_estimate ON fact_attempt.attempt_id = attempt_estimate.attempt_id
GROUP BY fact_attempt.activity_id
