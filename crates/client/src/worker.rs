//! A thread that works beside the rest of the program. When the program ends, it is told and
//! given a moment: what it was doing is lost as in a crash, and made up for by the next run.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::error::{Context as _, Result};

/// How long the end of the program waits for a thread.
const MOMENT: Duration = Duration::from_millis(250);

/// A thread that was started.
pub(crate) struct Worker(Arc<Ended>);

#[derive(Default)]
struct Ended {
    is: Mutex<bool>,
    told: Condvar,
}

/// Tells that the thread has ended, however it did.
struct Tell(Arc<Ended>);

impl Drop for Tell {
    fn drop(&mut self) {
        *self.0.is.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.told.notify_all();
    }
}

impl Worker {
    /// Starts it.
    pub(crate) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<Self> {
        let ended = Arc::<Ended>::default();
        let tell = Tell(ended.clone());
        let run = move || {
            let _tell = tell;
            work();
        };
        thread::Builder::new()
            .name(name.into())
            .spawn(run)
            .with_context(|| format!("the system gives no thread to {name} on; try again"))?;
        Ok(Self(ended))
    }

    /// Waits for its end, but for a moment only.
    pub(crate) fn wait(&self) {
        let is = self.0.is.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.told.wait_timeout_while(is, MOMENT, |is| !*is));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_thread_that_does_not_end_is_not_waited_for() {
        let (end, ends) = mpsc::channel::<()>();
        let worker = Worker::start("work", move || _ = ends.recv()).unwrap();
        worker.wait();
        assert!(!*worker.0.is.lock().unwrap(), "it still works");
        drop(end);
        while !*worker.0.is.lock().unwrap() {
            worker.wait();
        }
    }
}
