-- What was known of each student's skills before the first answer that is kept: landing.skill_prior, of all of a person's
-- identifiers together.
-- grain: student_key, skill_id
-- scope: reference
-- columns:
--   student_key     the student
--   skill_id        the skill
--   theta           what the student was better at it than in general, in logits
--   weight          weight of the answers behind it
--   wins            their scores, summed
--   misses          what was missing to all of them, summed
--   recent          moving average of the outcomes, 0 to 1
--   last_score      the last outcome
--   last_at         the last of these answers
--   information     Fisher information of the answers
--   band            level then: 2 for mastered, 1 for near, 0 for neither
--   level_since_at  answer with which that level was reached
--   mastered_at     answer with which mastery was first shown
--   review          how its reviews stand, a JSON array; NULL where it was never mastered
--   carried_at      when they were erased
WITH told AS (
    SELECT
        person_key(coalesce(person.student_key, known.identifier_key)) AS student_key,
        known.*,
        {'at': known.last_at, 'key': known.identifier_key} AS place
    FROM landing.skill_prior AS known
    LEFT JOIN landing.person ON known.identifier_key = person.identifier_key
)

SELECT
    student_key,
    skill_id,
    sum(theta * weight) / sum(weight) AS theta,
    sum(weight) AS weight,
    sum(wins) AS wins,
    sum(misses) AS misses,
    arg_max(recent, place) AS recent,
    arg_max(last_score, place) AS last_score,
    max(last_at) AS last_at,
    sum(information) AS information,
    arg_max(band, place) AS band,
    arg_max(level_since_at, place) AS level_since_at,
    min(mastered_at) AS mastered_at,
    arg_max(review, place) AS review,
    max(carried_at) AS carried_at
FROM told
GROUP BY student_key, skill_id
