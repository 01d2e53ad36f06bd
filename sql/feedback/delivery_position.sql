-- How far each subscription has come in the outbox. One row is one subscription's, whoever delivers to it: two that
-- deliver at once find that the other has changed it, and the later one records nothing.
-- grain: subscription
-- columns:
--   subscription   its name
--   next_sequence  first event of the outbox that has not been looked at
--   began_at       last event of the outbox when it began
--   replayed_to    up to this event it gets everything, as it was, whether or not it still stands
--   n_batches      batches recorded, by which two deliveries at once tell that they met
--   n_holds        how often in a row the receiver was found away
--   held_until     until then nothing is sent, because the receiver was away or asked for it; NULL: it is not held
--   is_paused      whether the receiver said that it is gone: nothing is sent until somebody resumes it
--   told           why it is held or paused
--   updated_at     when this row was written
CREATE TABLE IF NOT EXISTS feedback.delivery_position (
    subscription VARCHAR NOT NULL,
    next_sequence BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    replayed_to BIGINT NOT NULL,
    n_batches BIGINT NOT NULL,
    n_holds INTEGER NOT NULL,
    held_until TIMESTAMPTZ,
    is_paused BOOLEAN NOT NULL,
    told VARCHAR,
    updated_at TIMESTAMPTZ NOT NULL
)
