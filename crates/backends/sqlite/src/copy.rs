//! Copies of a file that is in use, page by page.

use std::{fs, path::Path, time::Duration};

use driftline_core::{Error, Result};
use driftline_private as private;
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use crate::{
    connect::{PATIENCE, connect, pause},
    error::{damaged, failure, io_failure, refused},
    files,
};

/// What the name of a copy ends with that was made before a file got its present layout.
pub(crate) const BEFORE: &str = ".before-8";

/// Copies a file that is to get another layout beside it, once.
///
/// # Errors
/// As [`SqliteStore::copy_to`].
pub(crate) fn before_upgrade(connection: &Connection, path: &Path) -> Result<()> {
    let to = files::with_suffix(path, BEFORE);
    if fs::symlink_metadata(&to).is_ok() {
        return Ok(());
    }
    copy(connection, path, &to)
}

/// Copies what `from` shows of the file at `path`.
pub(crate) fn copy(from: &Connection, path: &Path, to: &Path) -> Result<()> {
    check_room(to, size(from).map_err(|it| failure(path, it))?)?;
    // Under another name until it is whole: an interrupted copy must not pass for a backup.
    let part = files::with_suffix(to, &format!(".part-{}", std::process::id()));
    let made = private::options().write(true).create_new(true).open(&part);
    made.map_err(|it| io_failure(&part, "made", it))?;
    let done = write(from, &part)
        .map_err(|it| failure(&part, it))
        .and_then(|()| publish(&part, to).map_err(|it| io_failure(to, "written", it)));
    if done.is_err() {
        // This call made it, nobody else knows its name.
        let _ = fs::remove_file(&part);
    }
    done
}

pub(crate) fn write(from: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut copy = connect(to, PATIENCE)?;
    // The copy is flushed once, at the end.
    copy.pragma_update(None, "synchronous", "OFF")?;
    put_back(from, &mut copy, PATIENCE)?;
    let _: String =
        copy.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    check(&copy, to)
}

/// Copies all pages in one step, so that writers cannot make it begin again and again.
pub(crate) fn put_back(
    from: &Connection,
    to: &mut Connection,
    patience: Duration,
) -> rusqlite::Result<()> {
    let backup = Backup::new(from, to)?;
    let (mut count, mut waited) = (0, Duration::ZERO);
    while backup.step(-1)? != StepResult::Done {
        if waited > patience {
            return Err(refused(crate::error::busy(Path::new("the database"), None)));
        }
        let wait = pause(count);
        std::thread::sleep(wait);
        count += 1;
        waited += wait;
    }
    Ok(())
}

/// Bytes of the file behind a connection, with what is still in its log.
pub(crate) fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, pragma, |row| row.get(0))
    };
    let bytes = number("page_count")?.saturating_mul(number("page_size")?);
    Ok(bytes.cast_unsigned())
}

/// Refuses a copy of so many bytes for which the disk at `path` has no room: it would fail
/// in the middle and leave other programs without any.
pub(crate) fn check_room(path: &Path, bytes: u64) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    // A disk that does not say how full it is fails when it is.
    let free = fs4::available_space(folder).unwrap_or(u64::MAX);
    room(path, bytes, free)
}

fn room(path: &Path, bytes: u64, free: u64) -> Result<()> {
    if bytes <= free {
        return Ok(());
    }
    let megabytes = |it: u64| it.div_ceil(1 << 20);
    Err(Error::Store {
        what: format!(
            "the disk that holds {} has {} MB free, and {} MB are needed",
            path.display(),
            free >> 20,
            megabytes(bytes)
        ),
        help: "free some space, then try again; nothing was changed".into(),
        source: None,
    })
}

pub(crate) fn check(copy: &Connection, path: &Path) -> rusqlite::Result<()> {
    let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(damaged(path.display().to_string(), &verdict)) }
}

fn publish(part: &Path, to: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).open(part)?.sync_all()?;
    fs::rename(part, to)?;
    #[cfg(unix)]
    if let Some(folder) = to.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_needs_room_for_all_of_it() {
        assert!(room(Path::new("/data/a.db"), 1 << 20, 1 << 20).is_ok());
        let error = room(Path::new("/data/a.db"), 210 << 20, 12 << 20).unwrap_err().to_string();
        assert!(error.contains("/data/a.db has 12 MB free, and 210 MB are needed"), "{error}");
    }
}
