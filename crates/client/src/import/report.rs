//! What an import found and did.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use driftline_core::{BoxError, Millis};
use driftline_text::{count_of, grouped};
use driftline_transcripts::{FileReport, Found, Problem, Totals, Unread};
use serde::Serialize;

use super::count::Count;

/// What an import found and did.
#[derive(Default, Serialize)]
pub struct Report {
    /// Every transcript that could be read.
    pub files: Vec<FileReport>,
    /// All of them together.
    pub totals: Sums,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The agents whose transcripts are here and are not read.
    pub unread: Vec<Unread>,
    /// Whether something that should have been imported was not.
    #[serde(skip)]
    pub incomplete: bool,
    /// Where it looked.
    #[serde(skip)]
    pub places: Vec<String>,
    /// How long it took.
    #[serde(skip)]
    pub millis: Millis,
}

/// All files together.
#[derive(Default, Serialize)]
pub struct Sums {
    pub files: usize,
    /// Files that were opened: nothing touched the others since they were read.
    pub opened: usize,
    #[serde(flatten)]
    pub found: Totals,
    /// Records that could not be read.
    pub skipped: usize,
    /// How many likely secrets were replaced in what was read, by rule.
    pub secrets: BTreeMap<String, u64>,
    /// Rows that were not here.
    pub new: usize,
    /// Rows that became more complete.
    pub grown: usize,
    /// Rows that were left out, because they or their owners were purged.
    #[serde(skip_serializing_if = "is_zero")]
    pub purged: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what the derive asks for")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Report {
    /// Notes that a file could not be imported, and whether that was its fault.
    pub(super) fn failed(&mut self, found: &Found, error: &BoxError) -> Fault {
        let (fault, error): (_, &dyn Error) = match error.downcast_ref() {
            Some(driftline_transcripts::Error::Sink { source, .. }) => (Fault::Store, &**source),
            Some(of_file) => (Fault::File, of_file),
            None => (Fault::Store, &**error),
        };
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(it) = cause {
            let text = it.to_string();
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            cause = it.source();
        }
        self.problem(found.path.to_string_lossy(), reason);
        fault
    }

    /// Notes that something should have been imported and was not.
    pub(super) fn problem(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), reason: reason.into() });
        self.incomplete = true;
    }

    /// Adds everything up. A session that several files tell of counts once.
    pub(super) fn totals(&mut self, count: &Count) {
        let mut sessions = BTreeSet::new();
        for file in &self.files {
            self.totals.found.add(&file.totals);
            self.totals.skipped += file.skipped.len();
            for (rule, count) in &file.secrets {
                *self.totals.secrets.entry(rule.clone()).or_default() += count;
            }
            sessions.extend(file.sessions.iter().map(|it| (file.tool, it.as_str())));
        }
        self.totals.found.sessions = sessions.len() as u64;
        self.totals.files = self.files.len();
        self.totals.opened = self.files.iter().filter(|it| it.opened).count();
        (self.totals.new, self.totals.grown) = (count.new_rows(), count.grown_rows());
        self.totals.purged = count.purged_rows();
    }
}

impl Sums {
    /// What came of the records, in words.
    pub fn came(&self) -> String {
        let new = count_of(self.new, "row", "rows");
        let skipped = count_of(self.skipped, "record", "records");
        format!("{new} new, {} grown, {skipped} unreadable", grouped(self.grown as u64))
    }

    /// How many likely secrets were replaced, in words; none if none was.
    pub fn replaced(&self) -> Option<String> {
        let all: u64 = self.secrets.values().sum();
        let mut rules: Vec<_> = self.secrets.iter().collect();
        rules.sort_by_key(|it| std::cmp::Reverse(it.1));
        let rules = rules.iter().map(|(rule, count)| format!("{count} {rule}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        let secrets = count_of(all, "likely secret", "likely secrets");
        (all > 0).then(|| format!("{secrets} replaced: {rules}"))
    }

    /// How many rows were left out as purged, in words; none if none was.
    pub fn left_out(&self) -> Option<String> {
        let rows = count_of(self.purged, "row", "rows");
        (self.purged > 0).then(|| format!("{rows} left out, because they were purged"))
    }
}

/// Whose fault a failure is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The file cannot be read; others can.
    File,
    /// The rows cannot be stored, whatever file they are from.
    Store,
}
