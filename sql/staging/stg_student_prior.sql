-- What was known of each student in general before the first answer that is kept: landing.student_prior, of all of a
-- person's identifiers together.
-- grain: student_key
-- scope: reference
-- columns:
--   student_key  the student
--   theta        ability in general, in logits
--   weight       weight of the answers behind it
--   wins         their scores, summed
--   misses       what was missing to all of them, summed
--   recent       moving average of the outcomes, 0 to 1
--   last_at      the last of these answers
--   carried_at   when they were erased
SELECT
    person_key(coalesce(person.student_key, known.identifier_key)) AS student_key,
    sum(known.theta * known.weight) / sum(known.weight) AS theta,
    sum(known.weight) AS weight,
    sum(known.wins) AS wins,
    sum(known.misses) AS misses,
    arg_max(known.recent, {'at': known.last_at, 'key': known.identifier_key}) AS recent,
    max(known.last_at) AS last_at,
    max(known.carried_at) AS carried_at
FROM landing.student_prior AS known
LEFT JOIN landing.person ON known.identifier_key = person.identifier_key
GROUP BY ALL
