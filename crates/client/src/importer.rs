//! The thread that brings in transcripts: all of them when the app starts, and what has
//! grown from then on.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use driftline_core::{Millis, Replica};
use driftline_text::count_of;
use driftline_transcripts::Unread;

use crate::{
    Client, Result,
    import::{Report, Secrets, Step, Wanted, Watch},
    worker::Worker,
};

/// Where imports stand.
#[derive(Clone, Debug, Default)]
pub struct Importing {
    /// Whether one is under way.
    pub running: bool,
    /// How many files it has read.
    pub done: usize,
    /// How many files there are.
    pub total: usize,
    /// When the last one ended, in milliseconds since 1970.
    pub last_at: Option<Millis>,
    /// What the last one brought, in a sentence.
    pub last: Option<String>,
    /// Where transcripts are looked for.
    pub places: Vec<String>,
    /// What could not be read: where, and why.
    pub problems: Vec<(String, String)>,
    /// What of other agents is there and is not read, a sentence each.
    pub unread: Vec<String>,
}

/// How many problems are kept for a page.
const PROBLEMS: usize = 50;

/// The thread, for as long as this is held.
pub struct Importer {
    shared: Arc<Shared>,
    thread: Option<Worker>,
}

/// Asks the thread, and hears how far it is.
#[derive(Clone)]
pub struct Asker(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    shown: Importing,
    asked: bool,
    ended: bool,
}

impl Importer {
    /// Starts it on the transcripts of the person who runs this.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(client: Client, replica: Arc<Replica>) -> Result<Self> {
        // A config that cannot be read keeps no secrets.
        let secrets = move || client.config().map(|it| it.secrets).unwrap_or_default();
        match Watch::new(Wanted::default()) {
            Ok(watch) => Self::over(replica, watch, secrets, |_| ()),
            // A machine without a home folder has no transcripts to watch.
            Err(_) => Ok(Self { shared: Arc::default(), thread: None }),
        }
    }

    /// Starts it on what `watch` watches. `secrets` says what becomes of likely secrets now;
    /// `hear` hears what each import found and did.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn over(
        replica: Arc<Replica>,
        watch: Watch,
        secrets: impl Fn() -> Secrets + Send + 'static,
        mut hear: impl FnMut(Report) + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        shared.state().shown.places = watch.places();
        let theirs = shared.clone();
        let run = move || run(&theirs, &replica, watch, &secrets, &mut hear);
        let thread = Worker::start("import", run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The way to ask it.
    pub fn asker(&self) -> Asker {
        Asker(self.shared.clone())
    }

    /// Ends it after the file that is being read, if that is read soon.
    pub fn stop(self) {
        self.shared.state().ended = true;
        self.shared.wake.notify_all();
        if let Some(thread) = &self.thread {
            thread.wait();
        }
    }
}

impl Asker {
    /// One whom nobody answers: there is nothing to import.
    pub fn idle() -> Self {
        Self(Arc::default())
    }

    /// Looks at every file again.
    pub fn ask(&self) {
        self.0.state().asked = true;
        self.0.wake.notify_all();
    }

    /// How far it is.
    pub fn state(&self) -> Importing {
        self.0.state().shown.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(
    shared: &Shared,
    replica: &Replica,
    mut watch: Watch,
    secrets: &dyn Fn() -> Secrets,
    hear: &mut dyn FnMut(Report),
) {
    loop {
        if std::mem::take(&mut shared.state().asked) {
            watch.forget();
        }
        let seen = watch.look(replica);
        let pause = Duration::from_millis(seen.pause);
        {
            let mut state = shared.state();
            state.shown.places = watch.places();
            state.shown.total = seen.total;
            state.shown.unread = seen.unread.iter().map(Unread::words).collect();
            state.shown.running = !seen.is_quiet();
        }
        if !seen.is_quiet() {
            let mut tell = |it: &Step| {
                let mut state = shared.state();
                (state.shown.done, state.shown.total) = (it.done, it.files);
            };
            let report = watch.import(replica, seen, secrets(), &mut tell);
            note(&mut shared.state().shown, replica, &report);
            hear(report);
        }
        let state = shared.state();
        if state.ended {
            return;
        }
        if !state.asked {
            // Woken too early, it looks once more than it has to.
            drop(shared.wake.wait_timeout(state, pause));
        }
        if shared.state().ended {
            return;
        }
    }
}

fn note(shown: &mut Importing, replica: &Replica, report: &Report) {
    shown.running = false;
    shown.done = shown.total;
    shown.last_at = Some(replica.now());
    let sums = &report.totals;
    let replaced = sums.replaced().map(|it| format!("; {it}")).unwrap_or_default();
    shown.last =
        Some(format!("{} read: {}{replaced}", count_of(sums.files, "file", "files"), sums.came()));
    let skipped = report.files.iter().flat_map(|file| {
        file.skipped.iter().map(|it| (format!("{}:{}", file.path, it.line), it.reason.clone()))
    });
    let problems = report.problems.iter().map(|it| (it.path.clone(), it.reason.clone()));
    let fresh: Vec<_> = problems.chain(skipped).take(PROBLEMS).collect();
    // What was found when a file was read stays known although it is not read again.
    for problem in fresh {
        if !shown.problems.contains(&problem) && shown.problems.len() < PROBLEMS {
            shown.problems.push(problem);
        }
    }
}
