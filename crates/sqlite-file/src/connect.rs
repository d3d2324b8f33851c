//! One connection, set up the way every connection to our files must be.

use std::{
    hash::{BuildHasher, RandomState},
    ops::{Deref, DerefMut, RangeInclusive},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use driftline_core::backoff;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, config::DbConfig,
};

/// The longest pause at first, and after many, in microseconds.
const LONGEST_PAUSE: RangeInclusive<u64> = 3_000..=30_000;

/// So many steps of SQLite's machine are counted at once.
const STRIDE: i32 = 1_000_000;

/// So many times [`STRIDE`] steps may be made in one transaction: minutes of work, more than
/// making every index of ten million rows takes. What needs more comes to no end.
const STRIDES: u32 = 20_000;

/// What differs between the files that are opened.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How long it waits for other processes.
    pub patience: Duration,
    /// Prepared statements that are kept.
    pub statements: usize,
    /// How much of the file is kept in memory, in kibibytes.
    pub cache: u32,
}

/// A connection on which nothing runs for ever.
#[derive(Debug)]
pub struct Bounded {
    connection: Connection,
    /// What is left of [`STRIDES`].
    left: Arc<AtomicU32>,
}

impl Deref for Bounded {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Bounded {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Bounded {
    /// One to no file, to stand in the place of one that has to be closed.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn to_nothing() -> rusqlite::Result<Self> {
        Ok(Self { connection: Connection::open_in_memory()?, left: Arc::default() })
    }

    /// Ends what may be left of the last transaction, and lets the next one have all its steps.
    fn be_idle(&self) -> rusqlite::Result<()> {
        self.left.store(STRIDES, Ordering::Relaxed);
        if self.connection.is_autocommit() {
            return Ok(());
        }
        // Left behind by a rollback that failed.
        self.connection.execute_batch("ROLLBACK")
    }

    /// Lets it read, and no more.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn read_only(self) -> rusqlite::Result<Self> {
        self.connection.pragma_update(None, "query_only", "ON")?;
        Ok(self)
    }
}

/// Opens an existing file for reading and writing.
///
/// # Errors
/// When it cannot be opened.
pub fn connect(path: &Path, manner: Manner) -> rusqlite::Result<Bounded> {
    open(path, manner, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Opens an existing file that somebody else may have written, for reading alone.
///
/// # Errors
/// When it cannot be opened.
pub fn connect_to_read(path: &Path, manner: Manner) -> rusqlite::Result<Bounded> {
    open(path, manner, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(path: &Path, manner: Manner, flags: OpenFlags) -> rusqlite::Result<Bounded> {
    let mut connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let left = Arc::new(AtomicU32::new(STRIDES));
    let counted = Arc::clone(&left);
    connection.progress_handler(
        STRIDE,
        Some(move || {
            let before = counted.load(Ordering::Relaxed);
            counted.store(before.saturating_sub(1), Ordering::Relaxed);
            before == 0
        }),
    )?;
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
        let patient = waited <= manner.patience;
        if patient {
            thread::sleep(wait);
        }
        patient
    }))?;
    connection.set_prepared_statement_cache_capacity(manner.statements);
    // A typing error in a column's name must not pass as a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // No file of ours has any, so what runs by itself is somebody else's.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
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
        // What is deleted was somebody's, and may have been deleted for a reason.
        ("secure_delete", "ON"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
    ] {
        connection.pragma_update(None, pragma, value)?;
    }
    connection.pragma_update(None, "cache_size", -i64::from(manner.cache))?;
    Ok(Bounded { connection, left })
}

/// A wait that grows to a few hundredths of a second, of random length, so that
/// processes which met once do not meet again and again.
pub fn pause(count: u32) -> Duration {
    let random = RandomState::new().hash_one(count);
    Duration::from_micros(500 + backoff(&LONGEST_PAUSE, count, random))
}

/// Begins a transaction. SQLite gives up by itself when very many processes meet at
/// its lock file, so that is tried again.
///
/// # Errors
/// When another process holds the file for longer than anybody should, or it cannot be used.
pub fn begin(
    connection: &Bounded,
    behavior: TransactionBehavior,
) -> rusqlite::Result<Transaction<'_>> {
    connection.be_idle()?;
    for count in 0..10 {
        match Transaction::new_unchecked(connection, behavior) {
            Err(it) if is_crowded(&it) => thread::sleep(pause(count)),
            result => return result,
        }
    }
    Transaction::new_unchecked(connection, behavior)
}

/// Runs `job` on one state of the file: what `connection` shows does not change while the
/// first row of `sql` is looked at. It costs one statement where a transaction costs three.
///
/// # Errors
/// When the file cannot be read, or `sql` has no row.
pub fn look<T>(
    connection: &Bounded,
    sql: &str,
    job: impl FnOnce(&Row<'_>) -> T,
) -> rusqlite::Result<T> {
    connection.be_idle()?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut count = 0;
    loop {
        let mut rows = statement.query([])?;
        match rows.next() {
            Ok(Some(row)) => return Ok(job(row)),
            Ok(None) => return Err(rusqlite::Error::QueryReturnedNoRows),
            Err(it) if is_crowded(&it) && count < 10 => thread::sleep(pause(count)),
            Err(it) => return Err(it),
        }
        count += 1;
    }
}

/// Whether very many processes met at the file's lock, where SQLite gives up by itself.
fn is_crowded(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::FileLockingProtocolFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANNER: Manner = Manner { patience: Duration::ZERO, statements: 8, cache: 1_000 };

    #[test]
    fn what_comes_to_no_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").unwrap();
        let connection = connect(&path, MANNER).unwrap();
        connection.left.store(3, Ordering::Relaxed);
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                       SELECT max(i) FROM n";
        let run = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let error = run(endless).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationInterrupted), "{error}");
        drop(begin(&connection, TransactionBehavior::Deferred).unwrap());
        assert_eq!(run("SELECT 1").unwrap(), 1, "the next transaction has all of it again");
    }

    #[test]
    fn no_trigger_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let theirs = Connection::open(&path).unwrap();
        let sql = "CREATE TABLE t (a); CREATE TRIGGER own AFTER INSERT ON t BEGIN \
                   UPDATE t SET a = 'owned'; END";
        theirs.execute_batch(sql).unwrap();
        let connection = connect(&path, MANNER).unwrap();
        connection.execute("INSERT INTO t (a) VALUES ('mine')", []).unwrap();
        let a: String = connection.query_row("SELECT a FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(a, "mine");
    }
}
