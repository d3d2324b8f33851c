//! One connection, set up the way every connection to our files must be.

use std::{
    hash::{BuildHasher, RandomState},
    path::Path,
    thread,
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, config::DbConfig,
};

/// How long anybody waits for another process before giving up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Prepared statements that a connection keeps: all of a few dozen entities.
const STATEMENTS: usize = 512;

/// Opens an existing file. `patience` is how long it waits for other processes.
pub(crate) fn connect(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // As long as the file is not known to be sound and ours, closing it must not write
    // back or take away the log beside it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let mut waited = Duration::ZERO;
    connection.busy_handler(Some(move |count| {
        if count == 0 {
            waited = Duration::ZERO;
        }
        let wait = pause(u32::try_from(count).unwrap_or_default());
        waited += wait;
        let patient = waited <= patience;
        if patient {
            thread::sleep(wait);
        }
        patient
    }))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A typing error in a column's name must not pass as a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Plans must not depend on bound values: SQLite would prepare most statements again
    // each time they are used, which takes longer than running them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Files come from other people, too: nothing in their schema is trusted, and a
    // damaged page is noticed instead of followed. Mapped memory would turn a failing
    // disk into a crash. References may be false for a while, so they are not enforced.
    for (pragma, value) in [
        ("foreign_keys", "OFF"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("mmap_size", "0"),
        ("temp_store", "MEMORY"),
        ("cache_size", "-16000"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
    ] {
        connection.pragma_update(None, pragma, value)?;
    }
    Ok(connection)
}

/// A wait that grows to a few hundredths of a second, of random length, so that
/// processes which met once do not meet again and again.
pub(crate) fn pause(count: u32) -> Duration {
    let most = u64::from(count.min(9) + 1) * 3_000;
    Duration::from_micros(500 + RandomState::new().hash_one(count) % most)
}

/// Begins a transaction. SQLite gives up by itself when very many processes meet at
/// its lock file, so that is tried again.
pub(crate) fn begin(
    connection: &Connection,
    behavior: TransactionBehavior,
) -> rusqlite::Result<Transaction<'_>> {
    if !connection.is_autocommit() {
        // Left behind by a rollback that failed.
        connection.execute_batch("ROLLBACK")?;
    }
    for count in 0..10 {
        match Transaction::new_unchecked(connection, behavior) {
            Err(it) if it.sqlite_error_code() == Some(ErrorCode::FileLockingProtocolFailed) => {
                thread::sleep(pause(count));
            }
            result => return result,
        }
    }
    Transaction::new_unchecked(connection, behavior)
}
