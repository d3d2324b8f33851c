//! The right to renew the tokens of a profile, for one process at a time. Two processes
//! that renew at once would make one of them show a token twice, which ends the session
//! for both.

use std::{
    any::Any,
    io,
    path::{Path, PathBuf},
};

use driftline_core::{Env, Millis};
use driftline_private::FileLock;

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

/// A lock on a file of the profile.
pub struct FileGate {
    path: PathBuf,
}

impl FileGate {
    /// The gate of the profile in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { path: crate::folder(folder).join("lock") }
    }

    fn take(&self) -> io::Result<Option<FileLock>> {
        if let Some(folder) = self.path.parent() {
            file::private_folder(folder)?;
        }
        let lock = FileLock::open(&self.path)?;
        Ok(lock.try_hold()?.then_some(lock))
    }
}

impl Gate for FileGate {
    fn try_enter(&self) -> Result<Option<Held>> {
        match self.take() {
            Ok(lock) => Ok(lock.map(|it| Box::new(it) as Held)),
            Err(error) => Err(Error::Vault {
                what: format!("{} cannot be locked", self.path.display()),
                help: "put the profile on a local disk that you can write to".into(),
                source: Some(error.into()),
            }),
        }
    }
}
