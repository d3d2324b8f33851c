//! What rows that are gone have left in the file. Every connection overwrites what it deletes, so
//! it is the log that still has it. Programs before this one did not: a file that they wrote is
//! written anew, once.

use std::{fs, path::Path};

use driftline_core::{Durability, Error, Result, Store as _, store::WriteJob};
use rusqlite::Connection;

use crate::{
    backup::sound,
    copy::{check_room, size},
    error::failure,
    files,
    fixed::{self, Found},
    meta,
    store::SqliteStore,
};

/// Set where nothing that was deleted was ever left.
const ZEROED: &str = "sqlite.zeroed";

/// Notes that the file is new.
pub(crate) fn begin_zeroed(connection: &Connection) -> rusqlite::Result<()> {
    meta::set(connection, ZEROED, Some("1"))
}

impl SqliteStore {
    /// Takes away what was deleted, and cuts the log.
    pub(crate) fn zero(&self) -> Result<()> {
        let named = |it| failure(self.path(), it);
        let mut writer = self.writer();
        writer.log.wait();
        let connection = &writer.connection;
        if meta::get(connection, ZEROED).map_err(named)?.is_none() {
            check_room(self.path(), size(connection).map_err(named)?)?;
            connection.execute_batch("VACUUM").map_err(named)?;
            begin_zeroed(connection).map_err(named)?;
        }
        let cut = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = connection.query_row(cut, [], |row| row.get(0)).map_err(named)?;
        if is_busy {
            return Err(Error::Store {
                what: format!(
                    "the log of {} cannot be cut while others read",
                    self.path().display()
                ),
                help: "what was purged may still be in it; end other programs that use it, and \
                       sync again"
                    .into(),
                source: None,
            });
        }
        Ok(())
    }

    /// Runs `job` on a copy, and takes away what was deleted there. The copy is one file before
    /// and after.
    pub(crate) fn zero_copy(&self, path: &Path, job: WriteJob<'_>) -> Result<()> {
        let found = {
            let copy = sound(path)?;
            fixed::look(&copy, path).map_err(|it| failure(path, it))?
        };
        if found != Found::Ours {
            return Err(Error::Store {
                what: format!(
                    "{} was written by an earlier version of this program",
                    path.display()
                ),
                help: "what was purged may still be in it; delete it if you do not need it".into(),
                source: None,
            });
        }
        let lock = files::with_suffix(path, ".lock");
        let had_lock = fs::symlink_metadata(&lock).is_ok();
        let copy = Self::open(path, self.schema())?;
        copy.write(Durability::Full, job)?;
        copy.zero()?;
        copy.into_one_file()?;
        if !had_lock {
            // This call made it.
            let _ = fs::remove_file(lock);
        }
        Ok(())
    }

    /// Closes it, so that nothing is beside the file.
    fn into_one_file(self) -> Result<()> {
        // Only who is alone with a file can leave its log.
        let mut writer = self.writer();
        self.close_others(&mut writer.log);
        let done: rusqlite::Result<String> =
            writer
                .connection
                .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0));
        done.map(drop).map_err(|it| failure(self.path(), it))
    }
}
