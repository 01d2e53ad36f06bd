-- Every time a model version was put to use by hand or by training. The version in use is that of the last row, unless
-- a refresh has fitted a newer one since.
-- grain: promoted_at
-- columns:
--   model_version  the version
--   promoted_at    when it was put to use; the first refresh after it uses it
--   reason         why: what it was held against, or that somebody asked for it
CREATE TABLE IF NOT EXISTS estimates.promotion (
    model_version INTEGER NOT NULL,
    promoted_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL
)
