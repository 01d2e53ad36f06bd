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
--   median_duration_seconds  median time taken, to the second
--   expected_rate            share right that the learner model expected of these very students
--   surprise                 first-and-later share right minus expected_rate: far below 0, the item misleads
--   discrimination           correlation of right or wrong with what the model expected; near 0 or below, the
--                            item does not tell who knows; NULL with fewer than 10 answers
--   most_common_miss         the wrong answer that most students gave
--   last_answered_at         last answer
WITH timed AS (
    SELECT
        activity_id,
        unnest(durations) AS taken
    FROM marts.mart_item_count
),

ranked AS (
    SELECT
        activity_id,
        taken.seconds AS seconds,
        sum(taken.n) OVER (PARTITION BY activity_id ORDER BY taken.seconds) AS n_up_to,
        sum(taken.n) OVER (PARTITION BY activity_id) AS n_timed
    FROM timed
),

medians AS (
    SELECT
        activity_id,
        -- Of an even number of answers the mean of the two in the middle.
        (min(seconds) FILTER (WHERE 2 * n_up_to >= n_timed) + min(seconds) FILTER (WHERE 2 * n_up_to > n_timed)) / 2
            AS median_seconds
    FROM ranked
    GROUP BY activity_id
),

misses AS (
    SELECT
        activity_id,
        arg_min(
            response, {'students': -n_students, 'attempts': -n_attempts, 'response': response}
        ) AS most_common_miss
    FROM marts.mart_item_answer
    GROUP BY activity_id
),

-- Each multiplied by the number of answers, or its square: so they are exact, and 0 where nothing varies.
moments AS (
    SELECT
        activity_id,
        n_expected * expected_right_sum - n_expected_right * expected_sum AS covariance,
        n_expected_right * (n_expected - n_expected_right) AS right_variance,
        n_expected * expected_square_sum - expected_sum * expected_sum AS expected_variance
    FROM marts.mart_item_count
)

SELECT
    mart_item_count.activity_id,
    mart_item_count.course_id,
    mart_item_count.n_students,
    mart_item_count.n_attempts,
    (mart_item_count.n_first_right / nullif(mart_item_count.n_first, 0))::DECIMAL(6, 5) AS first_rate,
    (mart_item_count.score_sum::DOUBLE / mart_item_count.n_attempts)::DECIMAL(6, 5) AS mean_score,
    (mart_item_count.n_attempts / mart_item_count.n_students)::DECIMAL(12, 4) AS mean_attempts,
    (mart_item_count.n_aided / nullif(mart_item_count.n_hint_known, 0))::DECIMAL(6, 5) AS hint_rate,
    (mart_item_count.n_rapid / nullif(mart_item_count.n_effort_known, 0))::DECIMAL(6, 5) AS rapid_rate,
    medians.median_seconds::DECIMAL(14, 3) AS median_duration_seconds,
    (mart_item_count.expected_sum::DOUBLE / nullif(mart_item_count.n_expected, 0))::DECIMAL(6, 5) AS expected_rate,
    (
        mart_item_count.n_right / mart_item_count.n_attempts
        - mart_item_count.expected_sum::DOUBLE / nullif(mart_item_count.n_expected, 0)
    )::DECIMAL(6, 5) AS surprise,
    CASE
        WHEN mart_item_count.n_attempts >= 10
            THEN (
                moments.covariance::DOUBLE
                / nullif(sqrt(moments.right_variance::DOUBLE * moments.expected_variance::DOUBLE), 0)
            )::DECIMAL(6, 4)
    END AS discrimination,
    misses.most_common_miss,
    mart_item_count.last_answered_at
FROM marts.mart_item_count
INNER JOIN moments ON mart_item_count.activity_id = moments.activity_id
LEFT JOIN medians ON mart_item_count.activity_id = medians.activity_id
LEFT JOIN misses ON mart_item_count.activity_id = misses.activity_id
