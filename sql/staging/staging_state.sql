-- How far landed statements have been staged.
-- grain: landed_snapshot
-- scope: state
-- columns:
--   landed_snapshot  snapshot up to which landed statements are staged
--   staging_digest   digest of stg_statement.sql, its macros and what they read of the vocabulary; another one means to stage
--                    everything anew
CREATE TABLE IF NOT EXISTS staging.staging_state (
    landed_snapshot BIGINT NOT NULL,
    staging_digest VARCHAR NOT NULL
)
