//! Connections for reading that are kept open, so that a question costs no opening.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use crate::{Bounded, locked};

/// Connections to one file that are kept for whoever reads next.
#[derive(Debug)]
pub struct Pool {
    most: usize,
    /// Counts the files that were put in the place of one another.
    generation: AtomicU64,
    kept: Mutex<Vec<(u64, Bounded)>>,
}

impl Pool {
    /// Keeps so many at most.
    pub fn new(most: usize) -> Self {
        Self { most, generation: AtomicU64::new(0), kept: Mutex::default() }
    }

    /// Runs `job` on a connection that was kept, or else on what `open` opens. It is kept
    /// unless a transaction is left in it.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn with<T, E>(
        &self,
        open: impl FnOnce() -> Result<Bounded, E>,
        job: impl FnOnce(&mut Bounded) -> T,
    ) -> Result<T, E> {
        let generation = self.generation.load(Ordering::Acquire);
        let kept = locked(&self.kept).pop().filter(|(it, _)| *it == generation);
        let mut reader = kept.map_or_else(open, |(_, it)| Ok(it))?;
        let done = job(&mut reader);
        let mut kept = locked(&self.kept);
        if kept.len() < self.most && reader.is_autocommit() {
            kept.push((generation, reader));
        }
        Ok(done)
    }

    /// Closes what is kept, and keeps nothing that was opened before: there is, or will be,
    /// another file at the path.
    pub fn close(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        locked(&self.kept).clear();
    }
}
