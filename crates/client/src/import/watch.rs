//! Which transcripts have grown since they were last looked at. No system's notices are
//! asked for: they are lost on network disks and in containers, and run out where there
//! are many folders. A look costs a walk over the folders, so the pause after it follows
//! what it cost: hundreds of times as long, however many files there are.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::error::Result;
use driftline_core::{Millis, Replica};
use driftline_transcripts::{Found, Problem, Unread};

use super::{Report, Secrets, Step, Wanted, files, note, places::Places};

/// The pause after a look, as a multiple of what the look took.
const THRIFT: Millis = 300;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 60_000;

/// What was last seen of every transcript that is watched.
pub struct Watch {
    from: Option<PathBuf>,
    agent: Option<String>,
    places: Places,
    seen: HashMap<PathBuf, (u64, Option<u64>)>,
}

/// What a look found.
pub struct Seen {
    /// Files that are new or have grown.
    changed: Vec<Found>,
    /// How many files there are.
    pub total: usize,
    /// What cannot be read.
    pub problems: Vec<Problem>,
    /// The agents whose transcripts are here and are not read.
    pub unread: Vec<Unread>,
    /// How long to wait before the next look.
    pub pause: Millis,
}

impl Seen {
    pub fn is_quiet(&self) -> bool {
        self.changed.is_empty()
    }
}

impl Watch {
    /// Watches the transcripts that are wanted.
    ///
    /// # Errors
    /// When there is no such folder or agent.
    pub fn new(wanted: Wanted<'_>) -> Result<Self> {
        Ok(Self {
            from: wanted.from.map(Path::to_owned),
            agent: wanted.agent.map(str::to_owned),
            places: Places::wanted(wanted)?,
            seen: HashMap::new(),
        })
    }

    /// The folders, as of the last look.
    pub fn places(&self) -> Vec<String> {
        self.places.shown()
    }

    /// Looks at every file's size and time; opens none. The first look finds all changed.
    pub fn look(&mut self, replica: &Replica) -> Seen {
        let started = replica.env().monotonic();
        self.find_places();
        let (found, problems) = self.places.find();
        let (total, unread) = (found.len(), self.places.unread());
        let mut changed = Vec::new();
        for it in found {
            // What cannot be looked at is left to the import, which says so.
            let trace = it.trace().unwrap_or_default();
            if self.seen.insert(it.path.clone(), trace) != Some(trace) {
                changed.push(it);
            }
        }
        let cost = replica.env().monotonic().saturating_sub(started);
        let pause = (cost * THRIFT).clamp(SHORTEST, LONGEST);
        Seen { changed, total, problems, unread, pause }
    }

    /// Looks where transcripts are by now: an editor begins a folder for each project, and
    /// one that was not there before may be installed meanwhile.
    fn find_places(&mut self) {
        let (from, agent) = (self.from.as_deref(), self.agent.as_deref());
        let now = Places::wanted(Wanted { from, agent, ..Wanted::default() });
        // In a home that is gone, such as a disk that was taken out, nothing is found either.
        if let Ok(now) = now {
            self.places = now;
        }
    }

    /// Imports what a look found, newest first: what a person worked on last is what they
    /// look for first.
    pub fn import(
        &self,
        replica: &Replica,
        mut seen: Seen,
        secrets: Secrets,
        tell: &mut dyn FnMut(&Step),
    ) -> Report {
        seen.changed.sort_by_key(|it| {
            std::cmp::Reverse(self.seen.get(&it.path).and_then(|(_, written)| *written))
        });
        let mut report = files(replica, &seen.changed, secrets, tell);
        report.problems.splice(0..0, seen.problems);
        note(replica, Some(&seen.changed), &mut report);
        report
    }

    /// Takes every file for changed with the next look.
    pub fn forget(&mut self) {
        self.seen.clear();
    }
}
