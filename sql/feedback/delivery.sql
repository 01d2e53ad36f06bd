-- What became of each event for each subscription that wants it.
-- grain: subscription, sequence
-- columns:
--   subscription     its name in the settings
--   sequence         the event
--   event_id         its id
--   student_key      the student
--   status           delivered; waiting, to be tried again; dead, given up; passed, not sent, because the signal had
--                    ended or expired before
--   n_attempts       how often it was sent
--   next_attempt_at  when a waiting one is to be sent again
--   last_error       why the last attempt failed; NULL where none did
--   updated_at       when this was written
CREATE TABLE IF NOT EXISTS feedback.delivery (
    subscription VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    event_id VARCHAR NOT NULL,
    student_key VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    n_attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    last_error VARCHAR,
    updated_at TIMESTAMPTZ NOT NULL
)
