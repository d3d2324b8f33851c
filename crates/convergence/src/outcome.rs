//! What came of playing schedules: how often each thing happened, and what failed.

use std::{collections::BTreeMap, fmt};

use crate::{
    plan::{Action, Fault, Step, World},
    seen::EVENTS,
};

/// How often each thing happened.
pub type Counts = BTreeMap<String, u64>;

/// What came of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Schedules that were played.
    pub schedules: u64,
    /// How often each kind of thing happened.
    pub counts: Counts,
    /// The first schedule that failed.
    pub failure: Option<Failure>,
}

impl Outcome {
    /// What never happened: an action, a fault, or an event that schedules are there for.
    /// A few hundred schedules have seen everything.
    pub fn never(&self) -> Vec<String> {
        let actions = Action::all().map(|it| format!("{it:?}"));
        let faults = Fault::ALL.iter().map(|it| format!("{it:?}"));
        let events = EVENTS.iter().map(|it| (*it).to_owned());
        let all = actions.chain(faults).chain(events);
        all.filter(|it| !self.counts.contains_key(it)).collect()
    }
}

/// A schedule that breaks a promise.
#[derive(Debug)]
pub struct Failure {
    /// Its seed: the same schedule, whenever it is asked for.
    pub seed: u64,
    /// What was broken.
    pub broken: String,
    /// What is true throughout.
    pub world: World,
    /// What happened, step by step.
    pub steps: Vec<Step>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.broken)?;
        writeln!(f, "  {:?}", self.world)?;
        for step in &self.steps {
            writeln!(f, "  device {}: {:?} ({:#x})", step.device, step.action, step.dice)?;
        }
        write!(f, "again: cargo xtask sim --schedules 1 --seed {}", self.seed)
    }
}
