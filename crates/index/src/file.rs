//! The file of the index. It holds nothing that the rows do not say, so whatever is
//! wrong with it, it is taken away and made anew: it, and no other file.

use std::{fs, io, path::Path, time::Duration};

use driftline_core::Schema;
use driftline_private as private;
use driftline_sqlite_file::{self as file, BESIDE, Bounded, Manner, with_suffix};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, config::DbConfig};

use crate::{Error, Result};

/// Raised whenever the tables, or what is put into them, change.
const VERSION: i64 = 4;
/// "Drix": marks the file as this index.
const APPLICATION: i64 = 0x4472_6978;
const TABLES: &str = include_str!("tables.sql");
/// How it is opened.
const MANNER: Manner = Manner { patience: Duration::from_secs(20), statements: 64, cache: 8_000 };
/// Pages in the log before it is written back: 32 MB.
const CHECKPOINT_PAGES: i64 = 8_000;

/// Opens the index at `path` for writing; makes it, also in the place of one that is
/// damaged or was made by another version of this program or for other entities.
pub(crate) fn open(path: &Path, schema: &Schema) -> Result<Bounded> {
    if !fs::symlink_metadata(path).is_ok_and(|it| it.is_file()) {
        return renew(path, schema);
    }
    let opened = connect(path).and_then(|it| Ok(is_ours(&it, schema)?.then_some(it)));
    match opened {
        Ok(Some(connection)) => {
            // A file of an earlier version, or an unpacked one, may be open to others.
            private::tighten(path).map_err(|it| unusable(path, "closed to other users", it))?;
            Ok(connection)
        }
        Err(it) if !is_damage(&it) => Err(failure(path, it)),
        Ok(None) | Err(_) => renew(path, schema),
    }
}

/// Takes the index away and makes an empty one.
pub(crate) fn renew(path: &Path, schema: &Schema) -> Result<Bounded> {
    tracing::info!(file = %path.display(), "the index is made anew");
    for suffix in [""].into_iter().chain(BESIDE) {
        match fs::remove_file(with_suffix(path, suffix)) {
            Ok(()) => (),
            Err(it) if it.kind() == io::ErrorKind::NotFound => (),
            Err(it) => return Err(unusable(path, "replaced", it)),
        }
    }
    // Before SQLite opens it, so that it is never anybody else's. Another process may have
    // made it meanwhile.
    match private::options().write(true).create_new(true).open(path) {
        Ok(_) => (),
        Err(it) if it.kind() == io::ErrorKind::AlreadyExists => (),
        Err(it) => return Err(unusable(path, "made", it)),
    }
    let make = || {
        let connection = connect(path)?;
        let transaction = begin(&connection)?;
        if !is_ours(&transaction, schema)? {
            transaction.execute_batch(TABLES)?;
            transaction.execute(
                "INSERT INTO state (key, value) VALUES ('entities', ?1)",
                [schema.fingerprint()],
            )?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()?;
        Ok(connection)
    };
    make().map_err(|it| failure(path, it))
}

/// A further connection, which cannot write.
pub(crate) fn reader(path: &Path) -> Result<Bounded> {
    connect(path).and_then(Bounded::read_only).map_err(|it| failure(path, it))
}

/// Begins to write. One process does so at a time.
pub(crate) fn begin(connection: &Bounded) -> rusqlite::Result<Transaction<'_>> {
    file::begin(connection, TransactionBehavior::Immediate)
}

/// Takes away what was deleted. Words of rows that are gone stay until they are merged with
/// others, and pages stay in the log.
pub(crate) fn sweep(connection: &Bounded) -> rusqlite::Result<()> {
    connection.execute_batch("INSERT INTO words (words) VALUES ('optimize'); VACUUM")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn connect(path: &Path) -> rusqlite::Result<Bounded> {
    let connection = file::connect(path, MANNER)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // Whatever is wrong with the file, nothing is lost with it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(connection)
}

/// Whether the file is this index, made by this version for these entities.
fn is_ours(connection: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, pragma, |row| row.get(0))
    };
    if number("application_id")? != APPLICATION || number("user_version")? != VERSION {
        return Ok(false);
    }
    let entities: String =
        connection
            .query_row("SELECT value FROM state WHERE key = 'entities'", [], |row| row.get(0))?;
    Ok(entities == schema.fingerprint())
}

/// Whether the file cannot be read any more.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        || matches!(
            error,
            rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::QueryReturnedNoRows
        )
        || matches!(error, rusqlite::Error::SqliteFailure(_, Some(it)) if it.contains("no such table"))
}

/// A failure of the file as an error of this crate.
pub(crate) fn failure(path: &Path, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Index {
            what: format!("another process holds {}", path.display()),
            help: "end it, or try again".into(),
            source: Some(error.into()),
        },
        Some(ErrorCode::DiskFull) => Error::Index {
            what: format!("the disk that holds {} is full", path.display()),
            help: "make space; nothing but the search index is affected".into(),
            source: Some(error.into()),
        },
        _ => unusable(path, "used", error),
    }
}

fn unusable(path: &Path, done: &str, error: impl Into<driftline_core::BoxError>) -> Error {
    Error::Index {
        what: format!("the search index {} cannot be {done}", path.display()),
        help: "it can be deleted at any time: it is made anew from the rows".into(),
        source: Some(error.into()),
    }
}
