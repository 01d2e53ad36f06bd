-- Every change of what stands: a signal was raised, or has ended. Rows are only ever added, by the refresh that found
-- the change and in its transaction; from here they are delivered. New figures under the same signal_id are no change.
-- grain: sequence
-- reads: feedback.signal
-- columns:
--   sequence     1, 2, 3 … without gaps: the cursor of whoever reads on
--   event_id     hash of signal, change and occurrence: the same event, the same id, however often it is sent
--   change       raised or ended; erased where receivers are told of an erasure; forgotten where a rule of retention has let
--                the content go, and the row only counts
--   occurrence   how many times the signal has been raised, this time included
--   student_key  the student
--   signal_id    the signal
--   signal_kind  its kind
--   audience     student or teacher
--   created_at   when the refresh that found the change ran
--   expires_at   from then on the signal is not to be shown
--   event        a SignalEvent as JSON: the signal as it was raised, in the envelope of CloudEvents 1.0
CREATE TABLE IF NOT EXISTS feedback.outbox (
    sequence BIGINT NOT NULL,
    event_id VARCHAR NOT NULL,
    change VARCHAR NOT NULL,
    occurrence INTEGER NOT NULL,
    student_key VARCHAR NOT NULL,
    signal_id VARCHAR NOT NULL,
    signal_kind VARCHAR NOT NULL,
    audience VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    event JSON NOT NULL
)
