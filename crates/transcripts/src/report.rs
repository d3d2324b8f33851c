//! What a file holds, counted. The counts always describe the whole file, also when
//! only its new end was turned into rows.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
};

use driftline_core::excerpt;
use driftline_messages::block::{self, Block};
use serde::{Deserialize, Serialize};

use crate::{Reader, Record, Title, hash::key};

/// How many unreadable lines of a file are listed one by one.
const LISTED: usize = 10_000;

/// A checkpoint with more of anything than this does not keep it; such a file is
/// counted again.
const BRIEF: usize = 100;

/// How many kinds of records are counted by their names.
const KINDS: usize = 100;

/// What was found in one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// The file.
    pub path: String,
    /// The agent that wrote it.
    pub tool: &'static str,
    /// The counts.
    #[serde(flatten)]
    pub totals: Totals,
    /// The lines, or parts of lines, that could not be read.
    pub skipped: Vec<Skip>,
    /// How many likely secrets were replaced in what was read now, by rule.
    pub secrets: BTreeMap<String, u64>,
    /// Whether nothing was new since the checkpoint.
    pub unchanged: bool,
    /// Whether it was opened. A file that nothing touched since is not.
    pub opened: bool,
    /// Whether the last line is still being written; it is read next time.
    pub incomplete_tail: bool,
    /// The agent's names of the file's sessions, for counting those of many files.
    #[serde(skip)]
    pub sessions: Vec<String>,
}

/// Counts of one file, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Sessions: a file is of one. A sub-agent's file has none of its own while its
    /// session's transcript is there.
    pub sessions: u64,
    /// Messages of the conversation, each once.
    pub messages: u64,
    /// The same by role.
    pub roles: BTreeMap<String, u64>,
    /// Tool calls, each once.
    pub tool_calls: u64,
    /// Other records that are kept, by kind.
    pub records: BTreeMap<String, u64>,
    /// Records that are left out on purpose, by kind.
    pub left_out: BTreeMap<String, u64>,
}

impl Totals {
    /// Adds the counts of another file.
    pub fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.messages += other.messages;
        self.tool_calls += other.tool_calls;
        add(&mut self.roles, &other.roles);
        add(&mut self.records, &other.records);
        add(&mut self.left_out, &other.left_out);
    }
}

/// Adds counts by kind to others.
pub(crate) fn add(mine: &mut BTreeMap<String, u64>, theirs: &BTreeMap<String, u64>) {
    for (kind, count) in theirs {
        *mine.entry(kind.clone()).or_default() += count;
    }
}

/// Something in a file that could not be read. The rest of the file was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// The line, or the session in a list; the first is 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What a checkpoint keeps of a file that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    totals: Totals,
    sessions: Vec<String>,
    skipped: Vec<Skip>,
    incomplete_tail: bool,
    pub(crate) titles: Vec<Title>,
}

impl Done {
    /// Adds what another session of the file holds.
    pub(crate) fn add(&mut self, other: Self) {
        self.totals.add(&other.totals);
        self.sessions.extend(other.sessions);
        self.skipped.extend(other.skipped);
        self.titles.extend(other.titles);
    }

    /// Whether it is short enough for a checkpoint.
    pub(crate) fn is_brief(&self) -> bool {
        self.skipped.len().max(self.titles.len()) <= BRIEF
    }

    /// The report of the file at `path`.
    pub(crate) fn report(self, path: &Path, reader: &Reader, unchanged: bool) -> FileReport {
        let own =
            |session: &&String| (reader.main_file)(path, session).is_none_or(|it| !it.is_file());
        let mut totals = self.totals;
        totals.sessions = self.sessions.iter().filter(own).count() as u64;
        FileReport {
            path: path.to_string_lossy().into_owned(),
            tool: reader.tool,
            totals,
            skipped: self.skipped,
            secrets: BTreeMap::new(),
            unchanged,
            opened: true,
            incomplete_tail: self.incomplete_tail,
            sessions: self.sessions,
        }
    }
}

/// A file being counted. It remembers 16 bytes of each record and tool call.
#[derive(Default)]
pub(crate) struct Tally {
    totals: Totals,
    seen: HashSet<u128>,
    calls: HashSet<u128>,
    skipped: Vec<Skip>,
    last_skipped: u64,
    more: u64,
    pub(crate) incomplete_tail: bool,
}

impl Tally {
    /// Counts a record.
    pub(crate) fn record(&mut self, record: &Record) {
        let Some(kept) = &record.kept else {
            let kinds = match record.name {
                Some(_) => &mut self.totals.records,
                None => &mut self.totals.left_out,
            };
            return count(kinds, &record.kind);
        };
        // A record that is written again, and more completely, can have calls that it had not.
        for block in block::read(&kept.blocks) {
            if let Block::Call(call) = block {
                self.calls.insert(key(call.id));
            }
        }
        if !self.seen.insert(key(kept.external_id.as_deref().unwrap_or_default())) {
            return;
        }
        if kept.role.is_message() {
            self.totals.messages += 1;
            count(&mut self.totals.roles, kept.role.name());
        } else {
            count(&mut self.totals.records, &record.kind);
        }
    }

    /// Notes that something on `line` cannot be read: once for each line.
    pub(crate) fn skip(&mut self, line: u64, reason: impl Into<String>) {
        if self.last_skipped == line {
            return;
        }
        self.last_skipped = line;
        if self.skipped.len() < LISTED {
            self.skipped.push(Skip { line, reason: reason.into() });
        } else {
            self.more += 1;
        }
    }

    /// The counts, of what is a file of `session`.
    pub(crate) fn finish(mut self, session: Option<String>, titles: Vec<Title>) -> Done {
        self.totals.tool_calls = self.calls.len() as u64;
        if let (Some(last), more @ 1..) = (self.skipped.last(), self.more) {
            let reason = format!("after this line, {more} more could not be read");
            self.skipped.push(Skip { line: last.line, reason });
        }
        Done {
            totals: self.totals,
            sessions: session.into_iter().collect(),
            skipped: self.skipped,
            incomplete_tail: self.incomplete_tail,
            titles,
        }
    }
}

fn count(kinds: &mut BTreeMap<String, u64>, kind: &str) {
    if let Some(count) = kinds.get_mut(kind) {
        *count += 1;
        return;
    }
    let mut name = excerpt(kind);
    if kinds.len() >= KINDS && !kinds.contains_key(&name) {
        name = "(other kinds)".into();
    }
    *kinds.entry(name).or_default() += 1;
}
