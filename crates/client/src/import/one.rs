//! One transcript, wherever it is. By its name several agents may have written it, so the
//! one counts whose reader finds the most in it.

use std::path::Path;

use driftline_core::Replica;
use driftline_transcripts::{Found, Reader, read, readers};

use super::{Report, Secrets, Step, Wanted, agents, files, note, places::tool_of};
use crate::{Error, Result, error::Context as _};

/// Imports the transcript at `path`, which the `wanted` agent has written, if one is named.
///
/// # Errors
/// [`Error::NoAgent`]; [`Error::NoTranscript`] and [`Error::SeveralAgents`] if it cannot be
/// told whose it is. What fails in the file is in the report.
pub fn one(
    replica: &Replica,
    path: &Path,
    wanted: Wanted<'_>,
    tell: &mut dyn FnMut(&Step),
) -> Result<Report> {
    // A file is remembered by its path, which must not depend on where this runs.
    let path = std::path::absolute(path).context("the working directory is gone")?;
    let tool = wanted.agent.map(tool_of).transpose()?;
    let all = readers().into_iter().filter(|it| tool.is_none_or(|tool| it.tool == tool));
    let able: Vec<_> = all.filter(|it| (it.accepts)(&path)).collect();
    let found = [Found { reader: choose(&path, &able)?, path }];
    let mut report = files(replica, &found, wanted.secrets, tell);
    note(replica, Some(&found), &mut report);
    Ok(report)
}

fn choose(path: &Path, able: &[&'static Reader]) -> Result<&'static Reader> {
    let no_transcript = || Error::NoTranscript { path: path.to_owned(), known: agents() };
    if let [only] = able {
        return Ok(only);
    }
    let mut found = Vec::new();
    for reader in able {
        let of = Found { path: path.to_owned(), reader };
        // Nothing is kept: this only counts.
        if let Ok(report) = read(&of, None, Secrets::Keep, &mut |_| Ok(())) {
            found.push((report.totals.messages, *reader));
        }
    }
    let most = found.iter().map(|(messages, _)| *messages).max().unwrap_or(0);
    let best: Vec<_> = found.into_iter().filter(|it| most > 0 && it.0 == most).collect();
    match best.as_slice() {
        [] => Err(no_transcript()),
        [(_, only)] => Ok(only),
        several => {
            let agents = several.iter().map(|(_, it)| it.name).collect();
            Err(Error::SeveralAgents { path: path.to_owned(), agents })
        }
    }
}
