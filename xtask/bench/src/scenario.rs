//! One thing that is measured, on both sides.

use anyhow::Result;

use crate::{
    reading::{Reading, Unit},
    report::Named,
    stage::{Prepared, Stage},
};

/// One thing that is measured.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Its name. Where the public offline-sync-bench has the same, it is called the same.
    pub(crate) name: &'static str,
    /// What is done, in a few words.
    pub(crate) what: &'static str,
    /// What a program does for it that keeps rows in SQLite and never syncs.
    pub(crate) bare_does: &'static str,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// What both sides begin with.
    pub(crate) needs: &'static [Prepared],
    /// Measures the engine.
    pub(crate) ours: Play,
    /// Measures the program that never syncs.
    pub(crate) bare: Play,
}

/// One side of a scenario.
type Play = fn(&Stage) -> Result<Reading>;

impl Scenario {
    /// What is said of it.
    pub(crate) fn named(&self) -> Named {
        let Self { name, what, bare_does, unit, .. } = *self;
        Named { name, what, bare_does, unit }
    }
}
