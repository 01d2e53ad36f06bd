-- Every identifier by which somebody was ever met, and whose it is.
-- grain: identifier_key, identifier_kind
-- scope: mention
-- columns:
--   identifier_key   16 hex digits of the md5 of the whole identifier; an address and the sum of it have the same
--   own_key          the student_key that it would have by itself: identifier_key, keyed where the warehouse has a secret
--   former_keys      keys that it had by itself under former secrets; empty where there were none
--   identifier_kind  account, mbox, mbox_sha1sum or openid
--   student_key      the person's: own_key, or by landing.person that of another of their identifiers
--   identifier       the identifier itself; an account as homePage, a space, name
--   actor_name       a name given with it: of several the first by the alphabet
--   first_seen_at    earliest statement
WITH met AS (
    SELECT
        identifier_kind,
        CASE identifier_kind WHEN 'mbox_sha1sum' THEN lower(identifier) ELSE identifier END AS identifier,
        student_key,
        min(actor_name) AS actor_name,
        min(occurred_at) AS first_seen_at
    FROM staging.stg_statement
    WHERE student_key IS NOT NULL
    GROUP BY ALL
),

keyed AS (
    SELECT
        student_key({
            'objectType': NULL::VARCHAR,
            'account': {
                'homePage': split_part(identifier, ' ', 1),
                -- A home page is an IRI and has no space; a name may have some.
                'name': CASE identifier_kind WHEN 'account' THEN identifier[instr(identifier, ' ') + 1:] END
            },
            'mbox': CASE identifier_kind WHEN 'mbox' THEN identifier END,
            'mbox_sha1sum': CASE identifier_kind WHEN 'mbox_sha1sum' THEN identifier END,
            'openid': CASE identifier_kind WHEN 'openid' THEN identifier END
        }) AS identifier_key,
        *
    FROM met
),

former AS (
    SELECT
        identifier_key,
        list(DISTINCT former_key ORDER BY former_key) AS former_keys
    FROM landing.former_key
    GROUP BY identifier_key
)

SELECT
    keyed.identifier_key,
    person_key(keyed.identifier_key) AS own_key,
    coalesce(former.former_keys, []) AS former_keys,
    keyed.identifier_kind,
    keyed.student_key,
    keyed.identifier,
    keyed.actor_name,
    keyed.first_seen_at
FROM keyed
LEFT JOIN former ON keyed.identifier_key = former.identifier_key
