//! Searches for words.

use anyhow::{Result, ensure};
use driftline_index::{
    Index,
    query::{Clock, Query},
    search::Options,
};
use jiff::tz::TimeZone;

use crate::{
    bare::Bare,
    device::{self, Device},
    median,
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

pub(super) const SEARCH: Scenario = Scenario {
    name: "local-query-search",
    what: "a search: the newest hits by session, with excerpts, and what they have in common",
    bare_does: "the newest 50 hits of FTS5 over the same texts, with excerpts",
    unit: Unit::Millis,
    needs: &[Prepared::Index, Prepared::PlainIndex],
    ours,
    bare,
};

/// A word that every row has, two words, a phrase, and a name that one row has. Both sides
/// understand them alike.
const SEARCHES: [&str; 4] = ["parser", "token stream", "\"token stream ends\"", "wombat"];
/// How often each.
const TIMES: usize = 10;

fn ours(stage: &Stage) -> Result<Reading> {
    let device = Device::open(&stage.device(), device::ONE)?;
    let index = Index::open(&stage.index(), device.replica.clone())?;
    let now = device.replica.now();
    let clock = Clock { now, zone: TimeZone::UTC };
    searches(|typed| {
        let found = index.search(&Query::parse(typed, &clock)?, &Options::at(now))?;
        ensure!(found.lag == 0, "the index is not full");
        Ok(found.hits)
    })
}

fn bare(stage: &Stage) -> Result<Reading> {
    let bare = Bare::open(&stage.plain())?;
    let sql = "SELECT messages.*, snippet(words, 0, '', '', '', 12) FROM words \
               JOIN messages ON messages.rowid = words.rowid WHERE words MATCH ?1 \
               ORDER BY words.rowid DESC LIMIT 50";
    searches(|typed| Ok(bare.rows(sql, [typed])?.len()))
}

/// Seconds for one of them, in the median.
fn searches(search: impl Fn(&str) -> Result<usize>) -> Result<Reading> {
    let mut times = Vec::new();
    for typed in SEARCHES {
        for _ in 0..TIMES {
            times.push(seconds(|| {
                let hits = search(typed)?;
                ensure!((hits == 0) == (typed == "wombat"), "{typed} has {hits} hits");
                Ok(())
            })?);
        }
    }
    Ok(median(times).into())
}
