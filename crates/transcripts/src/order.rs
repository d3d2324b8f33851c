//! How what a record says is ordered and named: functions of one record alone.
//!
//! A reading with secrets replaced is greater than every one without, however complete, so
//! that it stays wherever both are read. Under other rules, the later ones' is greater.

use driftline_core::{Id, Millis, Stamp, value::normal_name};

use driftline_secrets::VERSION as RULES;

use crate::{Name, Rank, hash::hash64};

/// Times share a stamp's 48 bits with a rank, and have this many of them.
const TIME_BITS: u32 = 41;
const LAST_TIME: Millis = (1 << TIME_BITS) - 1;

/// Puts a rank above a time.
pub(crate) fn ranked(rank: u64, time: u64) -> u64 {
    rank << TIME_BITS | time
}

/// The id of a session: with the time in its external id, if it carries one.
pub(crate) fn session_id(tool: &str, session: &str) -> Id {
    let time = session.parse::<Id>().ok().and_then(Id::time).unwrap_or(0);
    Id::imported(time, &[tool, "session", session])
}

/// How much of a record one reading of it has.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Whether the record is complete.
    pub(crate) finished: bool,
    /// How many parts it has.
    pub(crate) parts: usize,
    /// The version of its reader, where that matters.
    pub(crate) version: u16,
    /// Whether secrets were replaced in it.
    pub(crate) redacted: bool,
}

impl Reading {
    /// The stamp of what it says, whose content has this `hash`.
    pub(crate) fn stamp(self, order: u64, hash: u64) -> Stamp {
        let parts = |most: u16| u16::try_from(self.parts).unwrap_or(most).min(most);
        let finished = u16::from(self.finished);
        if !self.redacted {
            return Stamp::machine(order, finished << 15 | parts(0x3fff), self.version, hash);
        }
        let complete = Stamp::WITHHOLDS | finished << 13 | parts(0x1fff);
        let version = u16::from(RULES) << 8 | self.version.min(0xff);
        Stamp::machine(order, complete, version, hash)
    }
}

/// The order of a session's name: of one rank, the first prompt and the last title.
pub(crate) fn order_of(name: &Name, time: Option<Millis>) -> u64 {
    match name.rank {
        Rank::Task => ranked(0, earliest(time)),
        Rank::Prompt => ranked(1, earliest(time)),
        Rank::Summary => ranked(2, latest(time)),
        Rank::Title => ranked(3, latest(time)),
        Rank::Custom => ranked(4, latest(time)),
    }
}

/// A session's name and its stamp.
pub(crate) fn named(name: &Name, time: Option<Millis>, redacted: bool) -> (String, Stamp) {
    let text = normal_name(&name.text).into_owned();
    let reading = Reading { redacted, ..Reading::default() };
    let stamp = reading.stamp(order_of(name, time), hash64(&[&text]));
    (text, stamp)
}

/// An order in which the earliest record is the greatest, and one without time the
/// least.
pub(crate) fn earliest(time: Option<Millis>) -> u64 {
    time.map_or(0, |it| LAST_TIME - it.min(LAST_TIME))
}

/// An order in which the latest record is the greatest, and one without time the
/// least.
pub(crate) fn latest(time: Option<Millis>) -> u64 {
    time.map_or(0, |it| it.min(LAST_TIME))
}

/// What a person would call a folder.
pub(crate) fn last_name(path: &str) -> &str {
    let windows = path.as_bytes().get(1) == Some(&b':') || path.starts_with("\\\\");
    let mut parts = path.split(|it| it == '/' || windows && it == '\\');
    parts.rfind(|it| !it.is_empty()).unwrap_or(path)
}
