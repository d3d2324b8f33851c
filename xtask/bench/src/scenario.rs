//! One thing that is measured, on both sides.

use anyhow::Result;

use crate::{
    median,
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

/// What something is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// How many of these there are in a second.
    PerSecond(&'static str),
    /// How many milliseconds one takes.
    Millis,
}

/// What a side measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Seconds for one.
    pub(crate) seconds: f64,
    /// The most memory that it took, in bytes, where the system tells.
    pub(crate) peak: Option<u64>,
}

impl From<f64> for Reading {
    fn from(seconds: f64) -> Self {
        Self { seconds, peak: None }
    }
}

/// The median of each.
pub(crate) fn medians(readings: &[Reading]) -> Reading {
    let mut peaks: Vec<u64> = readings.iter().filter_map(|it| it.peak).collect();
    peaks.sort_unstable();
    let seconds = median(readings.iter().map(|it| it.seconds).collect());
    Reading { seconds, peak: peaks.get(peaks.len() / 2).copied() }
}

impl Unit {
    /// What one that takes so many seconds is in this unit.
    pub(crate) fn of(self, seconds: f64) -> f64 {
        match self {
            Self::PerSecond(_) => 1.0 / seconds,
            Self::Millis => seconds * 1e3,
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::PerSecond(what) => format!("{what}/s"),
            Self::Millis => "ms".into(),
        }
    }
}
