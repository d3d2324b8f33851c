//! What every SQLite file of ours has in common, whatever its tables are: connections that
//! trust nothing in the file and on which nothing runs for ever, transactions that wait
//! their turn, and readers that are kept open.

mod connect;
mod pool;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

pub use self::{
    connect::{Bounded, Manner, begin, connect, connect_to_read, look, pause},
    pool::Pool,
};

/// What SQLite keeps beside a file.
pub const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// `path` with `suffix` behind its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// What a mutex holds. A job that panicked has left no transaction behind, so it is as good
/// as new.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
