//! What one side of a scenario measured, and what that is counted in.

use crate::median;

/// What something is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many of these there are in a second.
    PerSecond(&'static str),
    /// How many milliseconds one takes.
    Millis,
    /// How many megabytes there are.
    Megabytes,
    /// How often somebody waits for an answer.
    Trips,
}

/// What a side measured.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Seconds for one; where bytes or round trips are counted, how many of these.
    pub cost: f64,
    /// The most memory that it took, in bytes, where the system tells.
    pub peak: Option<u64>,
}

impl From<f64> for Reading {
    fn from(cost: f64) -> Self {
        Self { cost, peak: None }
    }
}

/// The median of each.
pub fn medians(readings: &[Reading]) -> Reading {
    let mut peaks: Vec<u64> = readings.iter().filter_map(|it| it.peak).collect();
    peaks.sort_unstable();
    let cost = median(readings.iter().map(|it| it.cost).collect());
    Reading { cost, peak: peaks.get(peaks.len() / 2).copied() }
}

impl Unit {
    /// What one that costs so much is in this unit.
    pub fn of(self, cost: f64) -> f64 {
        match self {
            Self::PerSecond(_) => 1.0 / cost,
            Self::Millis => cost * 1e3,
            Self::Megabytes => cost / 1e6,
            Self::Trips => cost,
        }
    }

    /// What stands behind a number of it.
    pub fn name(self) -> String {
        match self {
            Self::PerSecond(what) => format!("{what}/s"),
            Self::Millis => "ms".into(),
            Self::Megabytes => "MB".into(),
            Self::Trips => "trips".into(),
        }
    }
}
