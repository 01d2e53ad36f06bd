-- How far each subscription has come in the outbox. What it could not deliver stands in feedback.delivery.
-- grain: subscription
-- columns:
--   subscription   its name in the settings
--   next_sequence  the next event of the outbox that it has to look at
--   paused_because why nothing is sent any more until somebody replays; NULL while it runs
--   updated_at     when it last moved
CREATE TABLE IF NOT EXISTS feedback.delivery_position (
    subscription VARCHAR NOT NULL,
    next_sequence BIGINT NOT NULL,
    paused_because VARCHAR,
    updated_at TIMESTAMPTZ NOT NULL
)
