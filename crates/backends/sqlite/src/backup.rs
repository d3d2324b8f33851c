//! A consistent copy of a store while it is in use, and the way back.

use std::{fs, path::Path, time::Duration};

use driftline_core::{Durability, Error, Result, Store, store::ReadJob};
use driftline_private as private;
use rusqlite::{
    Connection, TransactionBehavior,
    backup::{Backup, StepResult},
};

use crate::{
    connect::{Bounded, PATIENCE, begin, connect, connect_to_read, pause},
    error::{damaged, failure, io_failure, refused},
    files,
    fixed::{self, Found},
    journal,
    store::SqliteStore,
    upgrade,
};

impl SqliteStore {
    /// Copies the store, as it is at one moment, to a new file, and checks the copy.
    /// Nobody waits for it, and nothing that exists is overwritten.
    ///
    /// # Errors
    /// When there is no room, `to` exists or cannot be written, or the copy is not sound.
    /// Nothing is left at `to` then.
    pub fn copy_to(&self, to: &Path) -> Result<()> {
        let to = files::resolve(to)?;
        if fs::symlink_metadata(&to).is_ok() {
            return Err(Error::Store {
                what: format!("{} exists already", to.display()),
                help: "choose another name for the backup".into(),
                source: None,
            });
        }
        let from = self.reader().map_err(|it| failure(self.path(), it))?;
        copy(&from, self.path(), &to)
    }

    /// Puts a copy in the place of everything that is here, in one transaction.
    ///
    /// # Errors
    /// When there is no room, or `from` is not a sound copy of a store of ours. Nothing is
    /// changed then.
    pub(crate) fn copy_from(&self, from: &Path) -> Result<()> {
        let copy = sound(from)?;
        check_room(self.path(), size(&copy).map_err(|it| failure(from, it))?)?;
        let mut writer = self.writer();
        let done = writer.set_durability(Durability::Full).and_then(|()| {
            let before = journal::bounds(&writer.connection)?;
            put_back(&copy, &mut writer.connection, self.patience())?;
            // An older version of this program may have written the copy.
            let transaction = begin(&writer.connection, TransactionBehavior::Immediate)?;
            let found = fixed::look(&transaction, self.path())?;
            upgrade::upgrade(&transaction, found, self.schema())?;
            journal::leap(&transaction, before)?;
            transaction.commit()
        });
        done.map_err(|it| failure(self.path(), it))
    }

    /// Runs `job` on what is in `from`, which is not changed by it. Somebody else may have
    /// written that, so it is read as any store is, row by row.
    ///
    /// # Errors
    /// When there is no room for a copy, or `from` is no sound copy of a store of ours.
    pub(crate) fn read_from(&self, from: &Path, job: ReadJob<'_>) -> Result<()> {
        let copy = sound(from)?;
        check_room(self.path(), size(&copy).map_err(|it| failure(from, it))?)?;
        let part = files::with_suffix(self.path(), &format!(".read-{}", std::process::id()));
        let made = private::options().write(true).create_new(true).open(&part);
        made.map_err(|it| io_failure(&part, "made", it))?;
        let done = write(&copy, &part)
            .map_err(|it| failure(from, it))
            .and_then(|()| Self::open(&part, self.schema())?.read(job));
        for suffix in ["", "-wal", "-shm", ".lock", BEFORE] {
            // This call made them, nobody else knows their names.
            let _ = fs::remove_file(files::with_suffix(&part, suffix));
        }
        done
    }
}

/// What the name of a copy ends with that was made before a file got its present layout.
const BEFORE: &str = ".before-6";

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
fn copy(from: &Connection, path: &Path, to: &Path) -> Result<()> {
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

/// Opens a copy, if it is a sound one of ours.
fn sound(from: &Path) -> Result<Bounded> {
    let named = |it| failure(from, it);
    let copy = connect_to_read(from).map_err(named)?;
    if fixed::look(&copy, from).map_err(named)? == Found::Empty {
        return Err(Error::Store {
            what: format!("{} holds nothing", from.display()),
            help: "choose the file that a backup was written to".into(),
            source: None,
        });
    }
    check(&copy, from).map_err(named)?;
    Ok(copy)
}

fn write(from: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut copy = connect(to, PATIENCE)?;
    // The copy is flushed once, at the end.
    copy.pragma_update(None, "synchronous", "OFF")?;
    put_back(from, &mut copy, PATIENCE)?;
    let _: String =
        copy.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    check(&copy, to)
}

/// Copies all pages in one step, so that writers cannot make it begin again and again.
fn put_back(from: &Connection, to: &mut Connection, patience: Duration) -> rusqlite::Result<()> {
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
fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, pragma, |row| row.get(0))
    };
    let bytes = number("page_count")?.saturating_mul(number("page_size")?);
    Ok(bytes.cast_unsigned())
}

/// Refuses a copy of so many bytes for which the disk at `path` has no room: it would fail
/// in the middle and leave other programs without any.
fn check_room(path: &Path, bytes: u64) -> Result<()> {
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

fn check(copy: &Connection, path: &Path) -> rusqlite::Result<()> {
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
