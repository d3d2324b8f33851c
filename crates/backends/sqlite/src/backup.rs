//! A consistent copy of a store while it is in use, and the way back.

use std::{fs, path::Path};

use driftline_core::{Durability, Error, Result, Store, store::ReadJob};
use driftline_private as private;
use rusqlite::TransactionBehavior;

use crate::{
    connect::{Bounded, begin, connect_to_read},
    copy::{BEFORE, check, check_room, copy, put_back, size, write},
    error::{failure, io_failure},
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

/// Opens a copy, if it is a sound one of ours.
pub(crate) fn sound(from: &Path) -> Result<Bounded> {
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
