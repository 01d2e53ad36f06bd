-- How often signals that said the same were right in this school, as its last backtest found: written by `learnloom
-- evaluate --signals --keep`, and read by the refreshes after it.
-- grain: message_id
-- columns:
--   message_id   what was said, as an id of the catalogue of messages (docs/reference/messages.md)
--   n            signals of which it is decided whether they were right
--   n_right      of these, those that were
--   p_low        lower end of the 95 % interval of n_right / n, over students
--   p_high       upper end
--   known_until  as of when it was known what came
--   kept_at      when this row was written
CREATE TABLE IF NOT EXISTS feedback.signal_record (
    message_id VARCHAR NOT NULL,
    n BIGINT NOT NULL,
    n_right BIGINT NOT NULL,
    p_low DOUBLE NOT NULL,
    p_high DOUBLE NOT NULL,
    known_until TIMESTAMPTZ NOT NULL,
    kept_at TIMESTAMPTZ NOT NULL
)
