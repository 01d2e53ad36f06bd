"""The tables of logins; moments are milliseconds since 1970."""

from typing import Final

FILE: Final = "login.sqlite"
SCHEMA: Final = "login"
TABLES: Final = """
-- Logins that have begun: each may end once, in the browser in which it began. Of state and browser hashes are kept.
CREATE TABLE IF NOT EXISTS begun (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    nonce TEXT NOT NULL,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS begun_expires ON begun (expires);

-- Who is logged in. The session's hash is kept, never the session.
CREATE TABLE IF NOT EXISTS session (
    session_hash TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    is_framed INTEGER NOT NULL,
    looked_up INTEGER NOT NULL,
    used INTEGER NOT NULL,
    ends INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_used ON session (used);

-- Who came, and whether anybody in statements or rosters was found for them.
CREATE TABLE IF NOT EXISTS came (
    subject TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    identifier TEXT,
    role TEXT NOT NULL,
    is_found INTEGER NOT NULL,
    came INTEGER NOT NULL
) WITHOUT ROWID;

-- Platforms that have registered themselves, and invitations to do so. Of an invitation the hash is kept.
CREATE TABLE IF NOT EXISTS platform (
    issuer TEXT NOT NULL, client_id TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (issuer, client_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invitation (
    code_hash TEXT PRIMARY KEY, document TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;

-- Where platforms give the members of a course.
CREATE TABLE IF NOT EXISTS member_list (
    address TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    course_id TEXT NOT NULL,
    told INTEGER NOT NULL
) WITHOUT ROWID;

-- Our own key, by which platforms know that it is us.
CREATE TABLE IF NOT EXISTS own_key (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL);
"""
