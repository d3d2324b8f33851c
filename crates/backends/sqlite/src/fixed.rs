//! The tables that every file has, whatever the entities. Only they have numbered
//! versions (`PRAGMA user_version`); the tables of entities follow the descriptors.

use std::path::Path;

use driftline_core::{Error, excerpt};
use rusqlite::Connection;

use crate::{catalog, error::refused, sweep, view};

/// The version of the fixed tables that this program writes.
const VERSION: i64 = 8;
/// The version in which a row alone said whether the hub holds it.
const ACKS_IN_ROWS: i64 = 7;
/// The version in which each entry of the journal held one id.
const SINGLE_NOTES: i64 = 6;
/// The version whose ids were texts. Before it, messages had other ids.
const OLDEST: i64 = 5;
/// "Drif": marks a file as ours, also for the `file` command.
const APPLICATION: i64 = 0x4472_6966;

pub(crate) const TABLES: &str = r#"
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sync_queue (
    id INTEGER PRIMARY KEY,
    entity_type TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    change INTEGER NOT NULL,
    parked TEXT,
    kept TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    failed_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX "sync_queue.parked" ON sync_queue (id) WHERE parked IS NOT NULL AND kept IS NULL;
CREATE INDEX "sync_queue.kept" ON sync_queue (id) WHERE kept IS NOT NULL;

CREATE TABLE acknowledged (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL);

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    field TEXT NOT NULL,
    kept TEXT NOT NULL,
    kept_stamp BLOB NOT NULL,
    lost TEXT NOT NULL,
    lost_stamp BLOB NOT NULL,
    rule TEXT NOT NULL
);
CREATE INDEX "audit_log.conflicts" ON audit_log (id) WHERE kind = 'conflict';
CREATE INDEX "audit_log.row" ON audit_log (entity_type, entity_id, id);

CREATE TABLE other_rows (
    "row.number" INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    id BLOB NOT NULL,
    natural_key TEXT,
    stamp BLOB,
    stamps TEXT,
    extra TEXT,
    seq INTEGER NOT NULL DEFAULT 0,
    born INTEGER NOT NULL DEFAULT 0,
    hash INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0,
    UNIQUE (entity, id)
);
CREATE INDEX "other_rows.seq" ON other_rows (seq, id) WHERE seq > 0;
CREATE INDEX "other_rows.key" ON other_rows (entity, natural_key, id) WHERE natural_key IS NOT NULL;

CREATE TABLE changes (
    revision INTEGER PRIMARY KEY NOT NULL,
    entity TEXT NOT NULL,
    ids BLOB NOT NULL
);
"#;

/// The names of all of them.
pub(crate) const FIXED: [&str; 6] =
    ["meta", "sync_queue", "acknowledged", "audit_log", "other_rows", "changes"];

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is in it yet.
    Empty,
    /// A file with our tables.
    Ours,
    /// A file with our tables whose ids are texts.
    WithTexts,
    /// A file with our tables whose journal has an entry for each row.
    WithSingleNotes,
    /// A file with our tables whose rows alone say whether the hub holds them.
    WithAcksInRows,
}

/// Looks at the file without changing it.
pub(crate) fn look(connection: &Connection, path: &Path) -> rusqlite::Result<Found> {
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, pragma, |row| row.get(0))
    };
    let version = number("user_version")?;
    let application = number("application_id")?;
    let is_ours = application == APPLICATION;
    if version > VERSION && (is_ours || application == 0) {
        return Err(refused(newer(path, version)));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let found = match (is_ours, tables) {
        (true, _) if version == VERSION => Found::Ours,
        (true, _) if version == ACKS_IN_ROWS => Found::WithAcksInRows,
        (true, _) if version == SINGLE_NOTES => Found::WithSingleNotes,
        (true, _) if version == OLDEST => Found::WithTexts,
        (true, _) if version > 0 => return Err(refused(older(path, version))),
        (_, 0) if version == 0 && application == 0 => return Ok(Found::Empty),
        _ => return Err(refused(foreign(path))),
    };
    match stranger(connection)? {
        None => Ok(found),
        Some((kind, name)) => Err(refused(not_made_here(path, &kind, &name))),
    }
}

/// Something in the file that this program never makes: a trigger, or a table or view that
/// belongs to no entity. Somebody put it there, to be run when rows are written or read.
fn stranger(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    const ALL: &str = "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master";
    let layout = catalog::load(connection)?;
    let is_table = |it: &str| FIXED.contains(&it) || layout.tables.contains_key(it);
    let is_view = |it: &str| layout.tables.keys().any(|entity| view::name(entity) == it);
    let mut all = connection.prepare(ALL)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let (table, sql): (String, String) = (row.get(2)?, row.get(3)?);
        let is_ours = match kind.as_str() {
            // What SQLite keeps for itself.
            "table" | "index" if name.starts_with("sqlite_") => true,
            "table" => is_table(&name) && sql.starts_with("CREATE TABLE"),
            "index" => is_table(&table),
            "view" => is_view(&name),
            _ => false,
        };
        if !is_ours {
            return Ok(Some((kind, name)));
        }
    }
    Ok(None)
}

/// Makes the tables of a file that has none.
pub(crate) fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    sweep::begin_zeroed(connection)?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    mark(connection)
}

/// Marks the file as one with the layout of this program.
pub(crate) fn mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", VERSION)
}

fn newer(path: &Path, version: i64) -> Error {
    Error::Store {
        what: format!(
            "{} was written by a newer version of this program (its layout is {version}, this \
             program knows {VERSION})",
            path.display()
        ),
        help: "update this program; the file was not touched".into(),
        source: None,
    }
}

fn older(path: &Path, version: i64) -> Error {
    Error::Store {
        what: format!(
            "{} was written by an early version of this program, whose messages have other ids \
             (its layout is {version}, this program reads from {OLDEST} on)",
            path.display()
        ),
        help: "write what you want to keep of it to a file with the version that made it, move \
               it elsewhere, and import your transcripts again; the file was not touched"
            .into(),
        source: None,
    }
}

fn foreign(path: &Path) -> Error {
    Error::Store {
        what: format!("{} is a database of another program", path.display()),
        help: "choose another file; this one was not touched".into(),
        source: None,
    }
}

fn not_made_here(path: &Path, kind: &str, name: &str) -> Error {
    let (kind, name) = (excerpt(kind), excerpt(name));
    Error::Store {
        what: format!(
            "{} holds the {kind} `{name}`, which this program did not make",
            path.display()
        ),
        help: "if you made it, drop it with an SQL tool; if not, do not use this file, which was \
               not touched"
            .into(),
        source: None,
    }
}

/// Whether this SQLite is free of the fault that could damage a file in WAL mode when
/// two connections write and checkpoint at once.
pub(crate) fn check_library(path: &Path, number: i32) -> Result<(), Error> {
    const FIRST_GOOD: i32 = 3_051_003;
    if number >= FIRST_GOOD {
        return Ok(());
    }
    Err(Error::Store {
        what: format!(
            "this program was built with SQLite {}, which can damage {}",
            rusqlite::version(),
            path.display()
        ),
        help: "build it with SQLite 3.51.3 or later (feature `bundled` of rusqlite)".into(),
        source: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure;

    #[test]
    fn the_linked_sqlite_is_recent_enough_and_older_ones_are_refused() {
        let path = Path::new("x.db");
        assert!(check_library(path, rusqlite::version_number()).is_ok());
        let refused = check_library(path, 3_051_002).unwrap_err();
        assert!(refused.to_string().contains("3.51.3"), "{refused}");
    }

    #[test]
    fn a_file_of_another_program_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE bookmarks (url)").unwrap();
        let error =
            failure(Path::new("places.db"), look(&connection, Path::new("places.db")).unwrap_err());
        assert!(error.to_string().contains("another program"), "{error}");
    }
}
