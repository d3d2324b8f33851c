//! Which agents have transcripts on this machine, what of them is here, and which nobody
//! reads.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use driftline_core::{Millis, Replica, store::ReadTx};
use driftline_transcripts::{Checkpoint, Problem, Reader, find_below};
use serde::Serialize;

use super::{file, outside, places::Places};
use crate::Result;

/// An agent, and what is known of its transcripts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Agent {
    /// Its name in rows and reports.
    pub tool: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where it keeps its transcripts: the folders that are there.
    pub places: Vec<PathBuf>,
    /// How many files or databases of it are there.
    pub found: u64,
    /// How many of them are here as they are now.
    pub imported: u64,
    /// Whether there is a reader for them.
    pub is_read: bool,
    /// After how many days without a change it deletes a transcript, if it does.
    pub keeps_days: Option<u64>,
    /// When its transcripts were last imported, in milliseconds since 1970.
    pub last_at: Option<Millis>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Agent {
    /// Whether anything of it is on this machine.
    pub fn is_here(&self) -> bool {
        self.found > 0 || !self.problems.is_empty()
    }
}

/// Every agent that has a reader or transcripts on this machine, those with transcripts
/// first. No transcript is opened.
///
/// # Errors
/// When the rows cannot be read.
pub fn survey(replica: &Replica) -> Result<Vec<Agent>> {
    let Ok(places) = Places::of_user() else { return Ok(Vec::new()) };
    let mut all: BTreeMap<&str, Agent> = BTreeMap::new();
    replica.read(|tx| {
        for (reader, place) in places.each() {
            let agent = all.entry(reader.tool).or_default();
            (agent.tool, agent.name, agent.is_read) = (reader.tool, reader.name, true);
            look(tx, agent, reader, place)?;
        }
        for (tool, at) in outside::last(tx)? {
            if let Some(agent) = all.get_mut(tool.as_str()) {
                agent.last_at = Some(at);
            }
        }
        for (it, _) in outside::problems(tx)? {
            let path = Path::new(&it.path);
            let of = all.values_mut().find(|it| it.places.iter().any(|at| path.starts_with(at)));
            if let Some(agent) = of
                && !agent.problems.contains(&it)
            {
                agent.problems.push(it);
            }
        }
        Ok(())
    })?;
    for it in places.unread() {
        let found = all.entry(it.tool).or_default();
        (found.tool, found.name, found.found) = (it.tool, it.name, it.files);
    }
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by_key(|it| (!it.is_here(), it.name.to_lowercase()));
    Ok(all)
}

fn look(
    tx: &dyn ReadTx,
    agent: &mut Agent,
    reader: &'static Reader,
    place: &Path,
) -> driftline_core::Result<()> {
    if !place.is_dir() {
        return Ok(());
    }
    if !agent.places.iter().any(|it| it == place) {
        agent.places.push(place.to_owned());
    }
    agent.keeps_days = (reader.keeps)(place).or(agent.keeps_days);
    let (found, problems) = find_below(place, reader);
    for it in &found {
        agent.found += 1;
        let note = tx.meta(&file::key(it))?;
        let read: Option<Checkpoint> = note.and_then(|it| serde_json::from_str(&it).ok());
        agent.imported += u64::from(read.is_some_and(|read| read.covers(it)));
    }
    agent.problems.extend(problems);
    Ok(())
}
