"""The tables of the store's database, and what its columns hold.

They are written as SQLite has them; `for_postgres` puts PostgreSQL's words in.
"""

from typing import Final

_WORDS: Final = {"INTEGER": "BIGINT", "BLOB": "BYTEA", " WITHOUT ROWID": ""}

TABLES: Final = """
-- Who this journal is: landing starts anew where another one stands in its place.
CREATE TABLE IF NOT EXISTS journal (one INTEGER PRIMARY KEY CHECK (one = 1), journal_id TEXT NOT NULL);

-- How far things have come: the last number and the last moment that an entry got, and the last number of one that
-- came this way; up to which number entries have landed from here, were handed to Kafka, have let go of their bytes.
CREATE TABLE IF NOT EXISTS progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_seq INTEGER NOT NULL,
    last_stored INTEGER NOT NULL,
    last_journaled INTEGER NOT NULL,
    landed INTEGER NOT NULL DEFAULT 0,
    relayed INTEGER NOT NULL DEFAULT 0,
    pruned INTEGER NOT NULL DEFAULT 0
);

-- Everything that came, in order. `raw` is what was received, and NULL once it stands in the warehouse alone.
-- An entry without `id` was refused: landing makes a dead letter of it. One that is not `is_journaled` landed by
-- another way, from a file or from Kafka, and is here to be found.
CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY,
    id TEXT UNIQUE,
    stored INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    version TEXT NOT NULL,
    raw BLOB,
    is_journaled BOOLEAN NOT NULL DEFAULT TRUE,
    verb TEXT,
    registration TEXT,
    refers_to TEXT,
    is_void BOOLEAN NOT NULL DEFAULT FALSE,
    is_voided BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX IF NOT EXISTS entry_verb ON entry (verb, seq);
CREATE INDEX IF NOT EXISTS entry_registration ON entry (registration, seq) WHERE registration IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_refers_to ON entry (refers_to) WHERE refers_to IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_stored ON entry (stored);

-- By which agents and activities (hashes of their identifiers) an entry is found; `is_direct` says whether without
-- related_agents or related_activities, too.
CREATE TABLE IF NOT EXISTS entry_agent (
    agent TEXT NOT NULL, seq INTEGER NOT NULL, is_direct BOOLEAN NOT NULL, PRIMARY KEY (agent, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry_activity (
    activity BLOB NOT NULL, seq INTEGER NOT NULL, is_direct BOOLEAN NOT NULL, PRIMARY KEY (activity, seq)
) WITHOUT ROWID;

-- What was said of activities and agents, put together.
CREATE TABLE IF NOT EXISTS activity (activity_id TEXT PRIMARY KEY, definition BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agent_name (
    agent TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (agent, name)
) WITHOUT ROWID;

-- State, activity profiles and agent profiles. `place` says of what: activity, agent, registration.
CREATE TABLE IF NOT EXISTS document (
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    document_id TEXT NOT NULL,
    content BLOB NOT NULL,
    content_type TEXT NOT NULL,
    etag TEXT NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (kind, place, document_id)
) WITHOUT ROWID;

-- Who may come in. The secret's hash is kept, never the secret.
CREATE TABLE IF NOT EXISTS key (
    key_id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    home_pages TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    last_used INTEGER
) WITHOUT ROWID;

-- Short keys. Statements that come with one bear `key_id`, which stays the same for a student (hash of the identifier)
-- and registration, as long as the same key `maker` asks for them.
CREATE TABLE IF NOT EXISTS learner (
    key_id TEXT PRIMARY KEY, maker TEXT NOT NULL, agent TEXT NOT NULL, registration TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS learner_maker ON learner (maker);
-- A session is let in with `session_id` and its secret, which is made when it is fetched, until it expires.
CREATE TABLE IF NOT EXISTS session (
    session_id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    activities TEXT NOT NULL,
    secret_hash TEXT,
    fetch_hash TEXT UNIQUE,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_expires ON session (expires);

INSERT INTO progress (one, last_seq, last_stored, last_journaled)
SELECT 1, coalesce(max(seq), 0), coalesce(max(stored), 0), coalesce(max(seq), 0) FROM entry WHERE TRUE
ON CONFLICT DO NOTHING;
"""


def for_postgres(tables: str) -> str:
    """Give the same tables as PostgreSQL has them."""
    for word, its in _WORDS.items():
        tables = tables.replace(word, its)
    return tables
