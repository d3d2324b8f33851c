//! A thread that does one job after another, for who has something else to do meanwhile.

use std::{
    sync::mpsc::{self, Sender},
    thread::{self, JoinHandle},
};

use driftline_core::{Error, Result};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// The thread. It ends with this, once it has done what it was given.
pub(crate) struct Worker {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(name: &str) -> Result<Self> {
        let (jobs, given) = mpsc::channel::<Job>();
        let work = move || given.into_iter().for_each(|job| job());
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
        let thread = thread.map_err(|error| Error::Store {
            what: "this machine starts no more threads".into(),
            help: "end programs that are not needed, and try again".into(),
            source: Some(error.into()),
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has `job` done. It begins at once, and is done even if nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            let _nobody_waits = done.send(job());
        });
        if let Some(jobs) = &self.jobs {
            // Where the thread has ended, no answer comes.
            let _ended = jobs.send(job);
        }
        answer.await.unwrap_or_else(|_| {
            Err(Error::Store {
                what: "a thread of this program has ended in the middle of its work".into(),
                help: "start the program again; nothing was written by halves".into(),
                source: None,
            })
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A job that panicked has said so.
            let _panicked = thread.join();
        }
    }
}
