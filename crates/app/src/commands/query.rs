//! What searches and lists of sessions have in common on a command line.

use anyhow::Result;
use driftline_index::query::{Clock, Misread, Query};
use driftline_reading::Reading;
use unicode_width::UnicodeWidthStr;

use crate::{
    context::Context,
    env,
    error::Failed,
    output::{Progress, one_line},
};

/// Takes apart what was typed.
pub(super) fn parse(context: &Context<'_>, words: &[String]) -> Result<Query> {
    let clock = Clock { now: context.env.wall(), zone: env::zone() };
    Query::parse(&words.join(" "), &clock).map_err(|it| refused(&it))
}

/// A search that cannot be understood, with a mark under the part in question.
pub(super) fn refused(wrong: &Misread) -> anyhow::Error {
    let before: String = wrong.query.chars().take(wrong.at).collect();
    let marks = "^".repeat(one_line(&wrong.part()).width().max(1));
    let indent = " ".repeat(before.width());
    Failed::usage("query", format!("{wrong}\n  {}\n  {indent}{marks}", wrong.query))
}

/// Names a refusal that only the index could find.
pub(super) fn answered<T>(answer: driftline_index::Result<T>) -> Result<T> {
    answer.map_err(|error| match error {
        driftline_index::Error::Misread(wrong) => refused(&wrong),
        error => error.into(),
    })
}

/// Lets the index hear of every row: no other process may be running that does.
pub(super) fn catch_up(context: &Context<'_>, reading: &Reading) -> Result<()> {
    let mut left = reading.index()?.lag()?;
    let all = left;
    let mut progress = (!context.output.json).then(|| Progress::new(&*context.env));
    while left > 0 {
        if let Some(progress) = &mut progress {
            progress.show(|| format!("Indexing: {} of {all} rows", all.saturating_sub(left)));
        }
        left = reading.index()?.catch_up()?;
    }
    Ok(())
}
