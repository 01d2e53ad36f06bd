-- Keys that students had before the warehouse's secret was taken or was another one. Events and logs may hold them still.
-- grain: former_key, identifier_key
-- columns:
--   former_key      the key that an identifier had by itself
--   identifier_key  16 hex digits of the md5 of the identifier
--   since           when another secret was taken
CREATE TABLE IF NOT EXISTS landing.former_key (
    former_key VARCHAR NOT NULL,
    identifier_key VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL
);
