//! Opening somebody else's database without leaving a byte: SQLite writes beside a database
//! even for those who only read.

use std::{fs, io, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tempfile::TempDir;

use crate::{
    Error, Found, Result,
    checkpoint::{State, companion, log_of},
};

/// How often it is copied before an agent that writes all the time is left for later.
const TRIES: u32 = 3;

/// How long an agent may lock its database.
const PATIENCE: Duration = Duration::from_secs(2);

/// A database as it is at one moment.
pub(super) struct Opened {
    // Closed before its files are deleted.
    pub(super) database: Connection,
    _copy: Option<TempDir>,
}

/// Opens the database of `found`, and says in `state` of when it is.
pub(super) fn open(found: &Found, state: &mut State) -> Result<Opened> {
    let path = found.path.as_path();
    let wrong = |source| Error::Database { path: path.to_owned(), source };
    let length = |ending: &str| fs::metadata(companion(path, ending)).map(|it| it.len()).ok();
    let (log, index, journal) = (length("-wal"), length("-shm"), length("-journal"));
    let opened = if log.is_some() && index.is_some() {
        // As one more program beside the agent's own, or as after its sudden end.
        in_place(path, "mode=ro&readonly_shm=1").map_err(Into::into)
    } else if log.is_some_and(|it| it > 0) {
        copied(found, state)
    } else if journal.is_some_and(|it| it > 0) {
        in_place(path, "mode=ro").map_err(Into::into)
    } else {
        // Nobody has it open: it need not be locked.
        in_place(path, "immutable=1").map_err(Into::into)
    };
    let opened = opened.map_err(wrong)?;
    prepare(&opened.database).map_err(|it| wrong(it.into()))?;
    Ok(opened)
}

fn in_place(path: &Path, how: &str) -> rusqlite::Result<Opened> {
    let uri = format!("file:{}?{how}", escaped(path));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Ok(Opened { database: Connection::open_with_flags(uri, flags)?, _copy: None })
}

/// Opens a copy of a database and its log. Without an index beside them SQLite would make
/// one.
fn copied(found: &Found, state: &mut State) -> Result<Opened, driftline_core::BoxError> {
    let path = found.path.as_path();
    for _ in 0..TRIES {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy.db");
        fs::copy(path, &copy)?;
        match fs::copy(log_of(path), log_of(&copy)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => (),
        }
        let now = State::of(found)?;
        // It was written meanwhile: the two would not fit.
        if std::mem::replace(state, now) != now {
            continue;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let database = Connection::open_with_flags(copy, flags)?;
        return Ok(Opened { database, _copy: Some(folder) });
    }
    Err("its agent writes to it all the time".into())
}

/// What is in the file is somebody else's, and all that is asked is asked of one state of it.
fn prepare(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(PATIENCE)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    database.pragma_update(None, "query_only", true)?;
    database.pragma_update(None, "cell_size_check", true)?;
    database.execute_batch("BEGIN")
}

/// A path inside of a URI.
fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                text.push(char::from(*byte));
            }
            other => text.push_str(&format!("%{other:02x}")),
        }
    }
    text
}
