-- What the last refresh did and by which settings: everything in the later layers is a function of this row, the
-- landed statements and the model version.
-- grain: as_of
-- scope: state
-- columns:
--   as_of                the moment for which everything is told; later statements do not count yet
--   model_version        model version in use
--   session_gap_minutes  pause that ends a session
--   time_zone            the school's time zone
--   staged_snapshot      snapshot up to which staged statements were taken in
--   rules_digest         digest of the SQL files, thresholds, skill map and course plan; another one means a full refresh
--   refreshed_at         when the refresh ran
--   n_students           students computed anew by it
CREATE TABLE IF NOT EXISTS run.refresh_state (
    as_of TIMESTAMPTZ NOT NULL,
    model_version INTEGER,
    session_gap_minutes INTEGER NOT NULL,
    time_zone VARCHAR NOT NULL,
    staged_snapshot BIGINT NOT NULL,
    rules_digest VARCHAR NOT NULL,
    refreshed_at TIMESTAMPTZ NOT NULL,
    n_students BIGINT NOT NULL
)
