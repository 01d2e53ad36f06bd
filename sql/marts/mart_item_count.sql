-- What is counted and added up of the answers to each question, from which its figures follow. Sums are exact: a refresh
-- takes from those that stand what some students' answers were, adds what they are, and gives what all answers would give.
-- grain: activity_id
-- scope: activity
-- columns:
--   activity_id         the question
--   course_id           course of the last answer
--   last_attempt_id     id of the last answer
--   last_answered_at    when it was given
--   n_students          students who answered the question
--   n_attempts          answers
--   n_right             answers that are right
--   n_first             first attempts
--   n_first_right       first attempts that are right
--   score_sum           sum of the scores
--   n_hint_known        answers of which it is known whether a hint came before
--   n_aided             answers with a hint before them
--   n_effort_known      answers of which it is known whether they are rapid guesses
--   n_rapid             rapid guesses
--   n_expected          answers of which the learner model expected something
--   n_expected_right    right ones among them
--   expected_sum        sum of the probabilities that the learner model gave to a right answer
--   expected_right_sum  the same of right answers alone
--   expected_square_sum sum of the squares of these probabilities
--   miss_digest         sum of hashes of the wrong answers: another one where they are others
--   durations           times taken, in whole seconds up to a day, and how many answers took each
WITH answers AS (
    SELECT
        fact_attempt.*,
        least(round(fact_attempt.duration_seconds), 86400)::INTEGER AS seconds,
        attempt_effort.is_rapid,
        attempt_estimate.p_before::DECIMAL(9, 8) AS p
    FROM dimensional.fact_attempt
    INNER JOIN norms.attempt_effort ON fact_attempt.attempt_id = attempt_effort.attempt_id
    LEFT JOIN estimates.attempt_estimate ON fact_attempt.attempt_id = attempt_estimate.attempt_id
),

timed AS (
    SELECT
        activity_id,
        seconds,
        count(*) AS n
    FROM answers
    -- The least of a number and NULL is the number.
    WHERE duration_seconds IS NOT NULL
    GROUP BY activity_id, seconds
),

spread AS (
    SELECT
        activity_id,
        list({'seconds': seconds, 'n': n} ORDER BY seconds) AS durations
    FROM timed
    GROUP BY activity_id
),

counted AS (
    SELECT
        activity_id,
        max({'at': occurred_at, 'id': attempt_id, 'course_id': course_id}) AS latest,
        count(DISTINCT student_key) AS n_students,
        count(*) AS n_attempts,
        count(*) FILTER (WHERE is_correct) AS n_right,
        count(*) FILTER (WHERE attempt_number = 1) AS n_first,
        count(*) FILTER (WHERE attempt_number = 1 AND is_correct) AS n_first_right,
        coalesce(sum(score), 0)::DECIMAL(38, 5) AS score_sum,
        count(is_aided) AS n_hint_known,
        count(*) FILTER (WHERE is_aided) AS n_aided,
        count(is_rapid) AS n_effort_known,
        count(*) FILTER (WHERE is_rapid) AS n_rapid,
        count(p) AS n_expected,
        count(p) FILTER (WHERE is_correct) AS n_expected_right,
        coalesce(sum(p), 0)::DECIMAL(38, 8) AS expected_sum,
        coalesce(sum(p) FILTER (WHERE is_correct), 0)::DECIMAL(38, 8) AS expected_right_sum,
        coalesce(sum(p * p), 0)::DECIMAL(38, 16) AS expected_square_sum,
        -- Hashed twice: the hash of a row is that of its last column XOR the rest, and so are sums of such.
        coalesce(
            sum(hash(hash({'who': student_key, 'what': response, 'at': occurred_at}))) FILTER (WHERE NOT is_correct), 0
        )::DECIMAL(38, 0) AS miss_digest
    FROM answers
    GROUP BY activity_id
)

SELECT
    counted.activity_id,
    counted.latest.course_id AS course_id,
    counted.latest.id AS last_attempt_id,
    counted.latest.at AS last_answered_at,
    counted.* EXCLUDE (activity_id, latest),
    coalesce(spread.durations, []) AS durations
FROM counted
LEFT JOIN spread ON counted.activity_id = spread.activity_id
