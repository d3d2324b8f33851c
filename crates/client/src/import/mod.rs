//! Bringing in transcripts: each file batch by batch, and each batch with the note of
//! how far its file is read in one transaction. So an import can be killed anywhere,
//! and the next one goes on. A file that cannot be read does not stop the others.

mod agents;
mod count;
mod file;
mod one;
mod outside;
mod places;
mod report;
mod titles;
mod watch;

use std::{collections::BTreeSet, ops::ControlFlow, path::Path};

use crate::error::Result;
use driftline_core::{BoxError, Millis, Replica};
use driftline_text::count_of;
pub use driftline_transcripts::Secrets;
use driftline_transcripts::{Batch, Found, Part, Unread, read_ahead, readers};

pub(crate) use self::places::moved;
pub use self::{
    agents::{Agent, survey},
    one::one,
    outside::outside,
    report::Report,
    watch::Watch,
};
use self::{count::Count, places::Places, report::Fault};

/// What people call the agents whose transcripts are looked for, by name. What a service
/// hands out is read only where a person says it is.
pub fn agents() -> Vec<&'static str> {
    let looked_for = readers().into_iter().filter(|it| it.is_in_homes());
    let names: BTreeSet<_> = looked_for.map(|it| it.name).collect();
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|it| it.to_lowercase());
    names
}

/// How many files in a row may fail to be stored before the rest is left: a disk that
/// is full is one problem, not one for each file.
const PATIENCE: u32 = 3;

/// What there is to import on this machine.
pub struct Look {
    /// How many files there are.
    pub total: usize,
    /// How many of them were never imported.
    pub new: usize,
    /// Where they are looked for.
    pub places: Vec<String>,
    /// The agents whose transcripts are here and are not read.
    pub unread: Vec<Unread>,
}

/// Looks which transcripts are here that were never imported; opens none of them.
pub fn look(replica: &Replica) -> Result<Look> {
    let Ok(places) = Places::of_user() else {
        return Ok(Look { total: 0, new: 0, places: Vec::new(), unread: Vec::new() });
    };
    let (found, _problems) = places.find();
    let new = replica.read(|tx| {
        let mut new = 0;
        for it in &found {
            new += usize::from(tx.meta(&file::key(it))?.is_none());
        }
        Ok(new)
    })?;
    let (total, places, unread) = (found.len(), places.shown(), places.unread());
    Ok(Look { total, new, places, unread })
}

/// How far an import is.
pub struct Step {
    /// How many files are done.
    pub done: usize,
    /// How many files there are.
    pub files: usize,
    /// How many rows are new or have grown.
    pub rows: usize,
    /// The file that is being read.
    pub name: String,
}

/// What to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// What is below this home folder, or is an export in it. None: below the user's own.
    pub from: Option<&'a Path>,
    /// The transcripts of this agent alone, by what people or reports call it, or by how
    /// that begins.
    pub agent: Option<&'a str>,
    /// What becomes of likely secrets in it.
    pub secrets: Secrets,
}

/// Imports what is `wanted`.
///
/// # Errors
/// When there is no such folder or agent. What fails in a file is in the report.
pub fn run(replica: &Replica, wanted: Wanted<'_>, tell: &mut dyn FnMut(&Step)) -> Result<Report> {
    let places = Places::wanted(wanted)?;
    let (found, problems) = places.find();
    let mut report = files(replica, &found, wanted.secrets, tell);
    report.problems.splice(0..0, problems);
    note(replica, wanted.agent.map(|_| found.as_slice()), &mut report);
    report.places = places.shown();
    if wanted.agent.is_none() {
        report.unread = places.unread();
    }
    Ok(report)
}

/// Imports these files: what was read of one is stored while the next is read.
fn files(
    replica: &Replica,
    found: &[Found],
    secrets: Secrets,
    tell: &mut dyn FnMut(&Step),
) -> Report {
    let started = replica.env().monotonic();
    let mut report = Report::default();
    let mut count = Count::default();
    let mut titles = Vec::new();
    let (mut done, mut refused) = (0, 0);
    // Why the rest of a file is passed over.
    let mut failed: Option<BoxError> = None;
    read_ahead(found, secrets, |it| file::known(replica, it), &mut |it, part| {
        let end = match part {
            Part::Rows(_) if failed.is_some() => None,
            Part::Rows(batch) => {
                let Batch { drafts, titles: open, checkpoint } = batch;
                titles.extend(open);
                match file::store(replica, it, drafts, &checkpoint) {
                    Ok(outcomes) => count.add(outcomes),
                    Err(error) => failed = Some(error),
                }
                None
            }
            Part::End(end) => Some(failed.take().map_or(end.map_err(Into::into), Err)),
        };
        if let Some(end) = end {
            done += 1;
            match end {
                Ok(read) => {
                    report.files.push(read);
                    refused = 0;
                }
                Err(error) if report.failed(it, &error) == Fault::Store => refused += 1,
                Err(_) => (),
            }
        }
        tell(&Step { done, files: found.len(), rows: count.rows(), name: name(it) });
        match refused {
            PATIENCE => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    let left = found.len() - done;
    if left > 0 {
        let left = count_of(left, "more file was", "more files were");
        let reason = format!("{left} not tried; import again");
        report.problem("", reason);
    }
    if let Err(error) = titles::settle(replica, &titles, &mut count) {
        let reason = format!("some names of sessions could not be stored: {error}; import again");
        report.problem("", reason);
    }
    report.totals(&count);
    report.millis = elapsed(replica, started);
    report
}

/// Notes what was read and what could not be: of these files, or of all there are.
fn note(replica: &Replica, tried: Option<&[Found]>, report: &mut Report) {
    if let Err(error) = outside::note(replica, tried, report) {
        report.problem("", format!("what could not be read could not be noted: {error}"));
    }
}

fn elapsed(replica: &Replica, since: Millis) -> Millis {
    replica.env().monotonic().saturating_sub(since)
}

fn name(found: &Found) -> String {
    found.path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
}
