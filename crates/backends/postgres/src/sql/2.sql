-- The second version: rows can be sealed on the devices, whose key never comes here.
--
-- What says that a person's rows are sealed, and tells their key from others; null if they are
-- not.
ALTER TABLE driftline._people ADD COLUMN sealed text;
-- Of a sealed row: keyed hashes of the ids in it, one after the other, because what rows another
-- one owns has to be found without opening them.
ALTER TABLE driftline._rows ADD COLUMN refs bytea;

-- A row that is not sealed begins with a brace. Of any other, views show no value.
CREATE OR REPLACE FUNCTION driftline._values(cells bytea) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN octet_length(cells) NOT BETWEEN 1 AND 200000000 OR get_byte(cells, 0) <> 123
            THEN NULL
        WHEN position(decode('5c7530303030', 'hex') IN cells) = 0
            THEN (convert_from(cells, 'UTF8')::jsonb) -> 'values'
        ELSE regexp_replace(
            convert_from(cells, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g'
        )::jsonb -> 'values'
    END
$$;
