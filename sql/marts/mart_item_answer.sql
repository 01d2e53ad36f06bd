-- The wrong answers that are given most to each question, five at the most: what misleads, for tomorrow's lesson.
-- grain: activity_id, response
-- scope: activity
-- columns:
--   activity_id       the question
--   response          what was answered
--   n_students        students who gave this answer at least once
--   n_attempts        how often it was given
--   last_answered_at  when last
SELECT
    activity_id,
    response,
    count(DISTINCT student_key) AS n_students,
    count(*) AS n_attempts,
    max(occurred_at) AS last_answered_at
FROM dimensional.fact_attempt
WHERE NOT is_correct AND response IS NOT NULL AND response <> ''
GROUP BY activity_id, response
QUALIFY
    row_number() OVER (
        PARTITION BY activity_id ORDER BY count(DISTINCT student_key) DESC, count(*) DESC, response
    ) <= 5
