//! Bringing in transcripts: each file batch by batch, and each batch with the note of
//! how far its file is read in one transaction. So an import can be killed anywhere,
//! and the next one goes on. A file that cannot be read does not stop the others.

mod count;
mod file;
mod outside;
mod places;
mod report;
mod titles;

use std::path::Path;

use anyhow::Result;
use driftline_core::{Millis, Replica};
use driftline_transcripts::Found;

use self::{count::Count, places::Places, report::Fault};
pub(crate) use self::{outside::outside, report::Report};
use crate::output::{Progress, one_line};

/// How many files in a row may fail to be stored before the rest is left: a disk that
/// is full is one problem, not one for each file.
const PATIENCE: u32 = 3;

/// What there is to import on this machine.
pub(crate) struct Look {
    pub(crate) total: usize,
    pub(crate) new: usize,
    pub(crate) places: Vec<String>,
}

/// Looks which transcripts are here that were never imported; opens none of them.
pub(crate) fn look(replica: &Replica) -> Result<Look> {
    let Ok(places) = Places::of_user() else {
        return Ok(Look { total: 0, new: 0, places: Vec::new() });
    };
    let (found, _problems) = places.find();
    let new = replica.store().view(|tx| {
        let mut new = 0;
        for it in &found {
            new += usize::from(tx.meta(&file::key(it))?.is_none());
        }
        Ok(new)
    })?;
    Ok(Look { total: found.len(), new, places: places.shown() })
}

/// Imports what is below the home folder `from`, or below the user's own.
pub(crate) fn run(replica: &Replica, from: Option<&Path>) -> Result<Report> {
    let started = replica.env().monotonic();
    let places = match from {
        Some(home) => Places::below(home)?,
        None => Places::of_user()?,
    };
    let (found, problems) = places.find();
    let mut report = Report { problems, places: places.shown(), ..Report::default() };
    let mut progress = Progress::new(replica.env());
    let mut count = Count::default();
    let mut titles = Vec::new();
    let mut refused = 0;
    for (place, it) in found.iter().enumerate() {
        if refused == PATIENCE {
            let left = found.len() - place;
            let reason = format!("the other {left} files were not tried; import again");
            report.problem("", reason);
            break;
        }
        progress
            .show(|| format!("Importing: {place} of {} files, {} rows", found.len(), count.rows()));
        let mut step = |count: &Count| {
            let name = name(it);
            let (files, rows) = (found.len(), count.rows());
            progress.show(|| format!("Importing: {place} of {files} files, {rows} rows  {name}"));
        };
        match file::import(replica, it, &mut count, &mut titles, &mut step) {
            Ok(read) => {
                report.files.push(read);
                refused = 0;
            }
            Err(error) if report.failed(it, &error) == Fault::Store => refused += 1,
            Err(_) => (),
        }
    }
    if let Err(error) = titles::settle(replica, &titles, &mut count) {
        let reason = format!("some names of sessions could not be stored: {error}; import again");
        report.problem("", reason);
    }
    if let Err(error) = outside::note(replica, &report.problems) {
        report.problem("", format!("what could not be read could not be noted: {error}"));
    }
    report.totals(&count);
    report.millis = elapsed(replica, started);
    Ok(report)
}

fn elapsed(replica: &Replica, since: Millis) -> Millis {
    replica.env().monotonic().saturating_sub(since)
}

fn name(found: &Found) -> String {
    found.path.file_name().map(|it| one_line(&it.to_string_lossy())).unwrap_or_default()
}
