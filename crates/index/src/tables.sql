-- What was worked out from rows. All of it can be worked out again.

-- How far the rows were followed, and what this file was made for.
CREATE TABLE state (key TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID;

-- Small numbers for what many rows have in common: entities, roles, models, tools.
CREATE TABLE names (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
);

-- One line for each row that can be found. `place` is its time and a few bits that tell
-- rows of one millisecond apart: so walking `words` backwards goes from new to old.
CREATE TABLE docs (
    place INTEGER PRIMARY KEY,
    entity INTEGER NOT NULL,
    id BLOB NOT NULL,
    session INTEGER,
    time INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    model INTEGER,
    agent INTEGER,
    -- What it says, as a number: a copy in a fork has the same time and number.
    record INTEGER,
    -- Its number in the session, where the agent numbers what it writes.
    ordinal INTEGER
);
CREATE UNIQUE INDEX docs_by_id ON docs (id, entity);
CREATE INDEX docs_by_session ON docs (session, time) WHERE session IS NOT NULL;

-- The words of those rows. Without the texts: they are in the rows.
CREATE VIRTUAL TABLE words USING fts5 (
    prompt, reply, tool, output, thinking, title, comment, context, other, facet,
    content = '',
    contentless_delete = 1,
    prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, instance);

-- Sessions with what their messages amount to. A session that is one with another has
-- the other's number in `stands`; one of which there is no row here is not `known`.
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id BLOB UNIQUE NOT NULL,
    stands INTEGER NOT NULL,
    known INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    workspace BLOB,
    cwd TEXT,
    source TEXT,
    status TEXT,
    branch TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    born_at INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER,
    first_at INTEGER,
    last_at INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    prompts INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    agents INTEGER NOT NULL DEFAULT 0,
    comments INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    models TEXT NOT NULL DEFAULT '',
    stale INTEGER NOT NULL DEFAULT 0,
    opening BLOB,
    opening_text TEXT,
    folded TEXT NOT NULL DEFAULT '',
    -- What its agent calls it. Whose fork it says it is, empty if it does not say whose, and
    -- the number of the first message there that is no part of it.
    external TEXT,
    fork TEXT,
    fork_until INTEGER
);
CREATE INDEX sessions_by_external ON sessions (external, source);
CREATE INDEX sessions_by_stands ON sessions (stands);
CREATE INDEX sessions_stale ON sessions (number) WHERE stale = 1;
CREATE INDEX sessions_by_time ON sessions (pinned, last_at, number)
    WHERE known = 1 AND hidden = 0 AND stands = number;

CREATE TABLE workspaces (
    id BLOB PRIMARY KEY NOT NULL,
    stands BLOB NOT NULL,
    hidden INTEGER NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    folded TEXT NOT NULL,
    -- The row itself, what it is called there and since when, and the place it has in a
    -- repository: rows of one place stand together, under the name that was given last.
    own BLOB NOT NULL,
    own_name TEXT NOT NULL,
    named TEXT NOT NULL,
    place TEXT
) WITHOUT ROWID;
CREATE INDEX workspaces_by_place ON workspaces (place) WHERE place IS NOT NULL;
