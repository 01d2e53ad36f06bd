-- What the outbox tells to stand is what stands: the last event of a signal is raised if and only if there is the signal.
-- What calls a teacher in a course may wait.
-- columns:
--   signal_id  the signal
--   told       its last event; NULL where there is none
--   stands     whether there is the signal
WITH told AS (
    SELECT
        signal_id,
        arg_max(change, sequence) AS told
    FROM feedback.outbox
    GROUP BY signal_id
)

SELECT
    coalesce(told.signal_id, standing.signal_id) AS signal_id,
    told.told,
    standing.signal_id IS NOT NULL AS stands
FROM told
FULL OUTER JOIN feedback.signal AS standing ON told.signal_id = standing.signal_id
WHERE
    coalesce(told.told = 'raised', FALSE) <> (standing.signal_id IS NOT NULL)
    AND (
        standing.signal_id IS NULL
        OR standing.signal_id NOT IN (SELECT signal_course.signal_id FROM feedback.signal_course AS signal_course)
    )
