//! Threads that do one job after another, for who has something else to do meanwhile.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
};

use driftline_core::{Error, Result};
use driftline_sqlite_file::locked;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end with this, once they have done what they were given.
pub(crate) struct Worker {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts so many threads.
    pub(crate) fn start(name: &str, count: usize) -> Result<Self> {
        let (jobs, given) = mpsc::channel::<Job>();
        let given = Arc::new(Mutex::new(given));
        let mut worker = Self { jobs: Some(jobs), threads: Vec::with_capacity(count) };
        for _ in 0..count {
            let given = Arc::clone(&given);
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || work(&given));
            worker.threads.push(thread.map_err(|error| Error::Store {
                what: "this machine starts no more threads".into(),
                help: "end programs that are not needed, and try again".into(),
                source: Some(error.into()),
            })?);
        }
        Ok(worker)
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
            // Where the threads have ended, no answer comes.
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
        for thread in self.threads.drain(..) {
            // A job that panicked has said so.
            let _panicked = thread.join();
        }
    }
}

/// Does what is given, until nothing can come any more.
fn work(given: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while one waits, and not while one works.
        let job = locked(given).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}
