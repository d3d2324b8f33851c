//! Whose turn it is to sync a database: one thread of one process at a time. The operating
//! system takes the turn back when a process ends, however it ends.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use driftline_core::{Error, Result};

/// Hands out the turn. Clones hand out the same one.
#[derive(Clone)]
pub(crate) struct Turns(Arc<PathBuf>);

/// The turn, until it is dropped.
pub(crate) struct Turn {
    _file: File,
}

impl Turns {
    /// The turn of the database at `path`, which a file beside it stands for.
    pub(crate) fn of(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push("-turn");
        Self(Arc::new(name.into()))
    }

    /// Waits for the turn.
    pub(crate) fn take(&self) -> Result<Turn> {
        let file = self.file()?;
        file.lock().map_err(|error| self.failed(error))?;
        Ok(Turn { _file: file })
    }

    /// Takes the turn if nobody has it.
    pub(crate) fn take_if_free(&self) -> Result<Option<Turn>> {
        let file = self.file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Turn { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(error)),
        }
    }

    fn file(&self) -> Result<File> {
        let options = File::options().create(true).truncate(false).write(true).open(&*self.0);
        options.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::Store {
            what: format!("{} cannot be locked", self.0.display()),
            help: "see that its folder can be written".into(),
            source: Some(Box::new(error)),
        }
    }
}
