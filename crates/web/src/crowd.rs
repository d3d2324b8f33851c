//! Who is served at once. Every program of this machine can connect, so whoever has not
//! shown the secret gives way: one connection too many pushes out the oldest of those.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task::AbortHandle;

/// How many connections that have not shown the secret are served at once. A browser opens
/// six.
const STRANGERS: usize = 64;

/// Whether the secret was shown on a connection.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<AtomicBool>);

impl Shown {
    /// Notes that it was.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The connections that have not shown the secret, oldest first.
#[derive(Default)]
pub(crate) struct Crowd(VecDeque<(Shown, AbortHandle)>);

impl Crowd {
    /// Takes one more in, and ends the oldest if they are too many.
    pub(crate) fn add(&mut self, shown: Shown, task: AbortHandle) {
        self.0.retain(|(shown, task)| !shown.get() && !task.is_finished());
        if self.0.len() == STRANGERS
            && let Some((_, oldest)) = self.0.pop_front()
        {
            oldest.abort();
        }
        self.0.push_back((shown, task));
    }
}
