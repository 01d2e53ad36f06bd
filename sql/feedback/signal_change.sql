-- What has changed of what stands since the outbox last told of it: a signal that stands and is not told to stand was
-- raised, one that is told to stand and does not any more has ended. What stood before is what the outbox itself told
-- last, so that a warehouse of an earlier learnloom, or a table that was made anew, raises what stands just once. A
-- refresh writes these rows to the outbox together with the signals: outside of it there are none. What calls a teacher
-- in a course is not raised here, but when the week has room for it (teacher_message).
-- grain: signal_id
-- scope: read
-- columns:
--   change       raised or ended
--   occurrence   how many times the signal has been raised, this time included
--   student_key  the student
--   signal_id    the signal
--   signal_kind  its kind
--   audience     student or teacher
--   expires_at   from then on the signal is not to be shown
--   signal       the whole document: of one that has ended, as it was raised
WITH past AS (
    SELECT
        signal_id,
        max(sequence) AS last_sequence,
        arg_max(change, sequence) AS change,
        max(occurrence) AS occurrence
    FROM feedback.outbox
    GROUP BY signal_id
)

SELECT
    'raised' AS change,
    coalesce(past.occurrence, 0) + 1 AS occurrence,
    signal.student_key,
    signal.signal_id,
    signal.signal_kind,
    signal.audience,
    signal.expires_at,
    signal.signal
FROM feedback.signal
LEFT JOIN past ON signal.signal_id = past.signal_id
ANTI JOIN feedback.signal_course ON signal.signal_id = signal_course.signal_id
WHERE past.change IS DISTINCT FROM 'raised'
UNION ALL
SELECT
    'ended' AS change,
    past.occurrence,
    outbox.student_key,
    outbox.signal_id,
    outbox.signal_kind,
    outbox.audience,
    outbox.expires_at,
    json_extract(outbox.event, '$.data') AS signal
FROM past
INNER JOIN feedback.outbox ON past.last_sequence = outbox.sequence
ANTI JOIN feedback.signal ON outbox.signal_id = signal.signal_id
WHERE past.change = 'raised'
