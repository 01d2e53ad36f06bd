-- What became of an event for a subscription that wanted it. Written after the event was sent: a delivery that is
-- killed between the two is done again, under the same event_id.
-- grain: subscription, sequence
-- reads: feedback.outbox, feedback.delivery_position
-- columns:
--   subscription     name of the subscription
--   sequence         the event
--   event_id         its id, by which the receiver tells that it has it
--   student_key      the student
--   status           delivered; waiting, for its next attempt or behind an earlier event of the student; dead, after too
--                    many attempts; passed: it had ended or expired before it could be sent, and never was
--   n_attempts       attempts so far that count: not those where the receiver was away as a whole
--   next_attempt_at  of one that waits: not before; NULL for others
--   last_error       what the last attempt came to; NULL where none failed
--   at               when this row was written
CREATE TABLE IF NOT EXISTS feedback.delivery (
    subscription VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    event_id VARCHAR NOT NULL,
    student_key VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    n_attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    last_error VARCHAR,
    "at" TIMESTAMPTZ NOT NULL
)
