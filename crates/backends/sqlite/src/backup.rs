//! A consistent copy of a store while it is in use.

use std::{fs, path::Path};

use driftline_core::{Error, Result};
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use crate::{
    connect::{PATIENCE, connect, pause},
    error::{damaged, failure, io_failure},
    files,
    store::SqliteStore,
};

impl SqliteStore {
    /// Copies the store, as it is at one moment, to a new file, and checks the copy.
    /// Nobody waits for it, and nothing that exists is overwritten.
    ///
    /// # Errors
    /// When `to` exists or cannot be written, or the copy is not sound. Nothing is
    /// left at `to` then.
    pub fn backup(&self, to: &Path) -> Result<()> {
        let to = files::resolve(to)?;
        if fs::symlink_metadata(&to).is_ok() {
            return Err(Error::Store {
                what: format!("{} exists already", to.display()),
                help: "choose another name for the backup".into(),
                source: None,
            });
        }
        // Under another name until it is whole: an interrupted copy must not pass for
        // a backup.
        let part = files::with_suffix(&to, &format!(".part-{}", std::process::id()));
        let made = files::private().write(true).create_new(true).open(&part);
        made.map_err(|it| io_failure(&part, "made", it))?;
        let done = self
            .copy(&part)
            .map_err(|it| failure(&part, it))
            .and_then(|()| publish(&part, &to).map_err(|it| io_failure(&to, "written", it)));
        if done.is_err() {
            // This call made it, nobody else knows its name.
            let _ = fs::remove_file(&part);
        }
        done
    }

    fn copy(&self, to: &Path) -> rusqlite::Result<()> {
        let from = self.reader()?;
        let mut copy = connect(to, PATIENCE)?;
        // The copy is flushed once, at the end.
        copy.pragma_update(None, "synchronous", "OFF")?;
        {
            let backup = Backup::new(&from, &mut copy)?;
            let mut count = 0;
            // In one step, so that writers cannot make it begin again and again.
            while backup.step(-1)? != StepResult::Done {
                std::thread::sleep(pause(count));
                count += 1;
            }
        }
        let _: String =
            copy.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
        check(&copy, to)
    }
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
