//! The right to renew the tokens of a profile, for one process at a time. Two processes
//! that renew at once would make one of them show a token twice, which ends the session
//! for both.

use std::{
    any::Any,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use driftline_core::{Env, Millis};

use crate::{Error, Result, vault::file};

/// How often a process looks whether it is its turn.
const PAUSE: Millis = 50;
/// No holder needs longer: its calls have deadlines.
const PATIENCE: Millis = 120_000;

/// The turn, until it is dropped.
pub type Held = Box<dyn Any + Send>;

/// Gives out the turn.
pub trait Gate: Send + Sync {
    /// The turn, unless somebody has it.
    ///
    /// # Errors
    /// When the machine cannot say.
    fn try_enter(&self) -> Result<Option<Held>>;
}

/// Waits for the turn.
pub(crate) async fn enter(gate: &dyn Gate, env: &dyn Env) -> Result<Held> {
    let start = env.monotonic();
    loop {
        if let Some(held) = gate.try_enter()? {
            return Ok(held);
        }
        if env.monotonic().saturating_sub(start) > PATIENCE {
            return Err(Error::Busy);
        }
        // Not in step with the others that wait.
        env.sleep(PAUSE + env.random() % PAUSE).await;
    }
}

/// A lock of the operating system on a file, which takes it back when the process ends,
/// however it ends.
pub struct FileGate {
    path: PathBuf,
}

impl FileGate {
    /// The gate of the profile in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { path: crate::folder(folder).join("lock") }
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::Vault {
            what: format!("{} cannot be locked", self.path.display()),
            help: "put the profile on a local disk that you can write to".into(),
            source: Some(error.into()),
        }
    }

    fn open(&self) -> std::io::Result<File> {
        if let Some(folder) = self.path.parent() {
            file::private_folder(folder)?;
        }
        OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)
    }
}

impl Gate for FileGate {
    fn try_enter(&self) -> Result<Option<Held>> {
        let file = self.open().map_err(|it| self.failed(it))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed(error)),
        }
    }
}
