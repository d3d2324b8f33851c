-- The first version. Everything is in one schema: what begins with `_` is the engine's own,
-- the other names are views for people. No entity can be called like a table, because the name
-- of an entity begins with a letter.
CREATE SCHEMA driftline;

-- One row: the version of these tables, and a random name of this database.
CREATE TABLE driftline._version (version int4 NOT NULL, name text NOT NULL);
CREATE UNIQUE INDEX _version_once ON driftline._version ((true));

-- What the hub keeps of each person besides rows. A person is a role.
CREATE TABLE driftline._people (
    person text COLLATE "C" PRIMARY KEY,
    state text NOT NULL
);

-- The rows of everybody. The person comes first in every index, the unique ones among them:
-- two people who import one transcript have rows of one id, and row security does not hide
-- that another person has the same.
CREATE TABLE driftline._rows (
    person text COLLATE "C" NOT NULL,
    entity text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    seq int8 NOT NULL,
    hash int8 NOT NULL,
    born bool NOT NULL,
    -- The natural key, and its SHA-256: an entry of an index has at most 2.7 kB.
    key bytea,
    key_hash bytea,
    -- Of an alias: the entity and the ids of which it says that they are one row.
    joins text COLLATE "C",
    low uuid,
    high uuid,
    -- The row itself.
    cells bytea NOT NULL,
    PRIMARY KEY (person, entity, id)
);
CREATE UNIQUE INDEX _rows_feed ON driftline._rows (person, seq);
CREATE INDEX _rows_key ON driftline._rows (person, entity, key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX _rows_low ON driftline._rows (person, joins, low) WHERE joins IS NOT NULL;
CREATE INDEX _rows_high ON driftline._rows (person, joins, high) WHERE joins IS NOT NULL;

-- Each role sees and writes its own, the owner of the tables too.
ALTER TABLE driftline._people ENABLE ROW LEVEL SECURITY;
ALTER TABLE driftline._people FORCE ROW LEVEL SECURITY;
ALTER TABLE driftline._rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE driftline._rows FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON driftline._people
    USING (person = current_user::text) WITH CHECK (person = current_user::text);
CREATE POLICY own ON driftline._rows
    USING (person = current_user::text) WITH CHECK (person = current_user::text);

GRANT USAGE ON SCHEMA driftline TO PUBLIC;
GRANT SELECT ON driftline._version TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON driftline._people, driftline._rows TO PUBLIC;

-- What the views read. A value that is not of its field's kind reads as null, and none ends a
-- query: what a device wrote is not checked by the database.
--
-- jsonb has no NUL, so each reads as U+FFFD there. A backslash that is itself escaped is left
-- alone.
CREATE FUNCTION driftline._values(cells bytea) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN octet_length(cells) > 200000000 THEN NULL
        WHEN position(decode('5c7530303030', 'hex') IN cells) = 0
            THEN (convert_from(cells, 'UTF8')::jsonb) -> 'values'
        ELSE regexp_replace(
            convert_from(cells, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g'
        )::jsonb -> 'values'
    END
$$;
CREATE FUNCTION driftline._text(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'string' THEN value #>> '{}' END
$$;
CREATE FUNCTION driftline._bool(value jsonb) RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'boolean' THEN value::bool END
$$;
CREATE FUNCTION driftline._real(value jsonb) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'number' AND abs(value::numeric) < 1e308
        THEN value::float8 END
$$;
CREATE FUNCTION driftline._int(value jsonb) RETURNS int8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'number'
            AND value::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
        THEN value::numeric::int8 END
$$;
-- Milliseconds since 1970, if that is a time before the year 10000.
CREATE FUNCTION driftline._time(value jsonb) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN driftline._int(value) BETWEEN -62135596800000 AND 253402300799999
        THEN to_timestamp(driftline._int(value) / 1000.0) END
$$;
CREATE FUNCTION driftline._id(value jsonb) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN driftline._text(value)
            ~ '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$'
        THEN driftline._text(value)::uuid END
$$;
