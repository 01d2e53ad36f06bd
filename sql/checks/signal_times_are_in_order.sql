-- Every signal expires after it was created, and its evidence was there when it was.
-- columns:
--   signal_id    the signal
--   signal_kind  its kind
--   window_from  first moment of the evidence
--   window_to    last moment of the evidence
--   created_at   when it was created
--   expires_at   when it expires
SELECT
    signal_id,
    signal_kind,
    window_from,
    window_to,
    created_at,
    expires_at
FROM feedback.signal
WHERE expires_at <= created_at OR window_from > window_to OR window_to > created_at
