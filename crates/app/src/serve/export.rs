//! Everything in one file: a line of JSON for each row, with whatever fields it has.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use driftline_core::Replica;
use driftline_private as private;
use serde_json::json;

use crate::{context::Setup, time};

const FOLDER: &str = "exports";
const BATCH: usize = 500;

/// Writes every row of `replica` into a new file and returns its path. Rows of entities
/// that this program does not know are among them.
pub(super) fn all(setup: &Setup, replica: &Replica) -> Result<PathBuf> {
    let folder = setup.profile.path().join(FOLDER);
    private::create_folder(&folder).with_context(|| told(&folder))?;
    let path = free(&folder, setup)?;
    let file = private::options().write(true).create_new(true).open(&path);
    let mut file = BufWriter::new(file.with_context(|| told(&path))?);
    // One consistent state, without keeping anybody from writing.
    let mut failed = None;
    replica.read(|tx| {
        for entity in tx.stored_entities()? {
            let mut after = None;
            loop {
                let rows = tx.scan(&entity, after, BATCH)?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                for it in &rows {
                    let line =
                        json!({ "entity": entity, "id": it.id, "row": it.row, "local": it.local });
                    if let Err(error) = writeln!(file, "{line}") {
                        failed = Some(error);
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    })?;
    let written = failed.map_or(Ok(()), Err).and_then(|()| file.flush());
    written.with_context(|| told(&path))?;
    Ok(path)
}

/// The exports of a profile, oldest first.
pub(super) fn made(profile: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(profile.join(FOLDER)) else { return Vec::new() };
    let mut all: Vec<_> = entries.flatten().map(|it| it.path()).collect();
    all.sort();
    all
}

fn free(folder: &Path, setup: &Setup) -> Result<PathBuf> {
    let now = time::iso(setup.env.wall()).unwrap_or_default();
    let second = now.get(..19).unwrap_or("now").replace(':', "-");
    let name = |count: u32| match count {
        1 => format!("driftline-{second}.jsonl"),
        _ => format!("driftline-{second}-{count}.jsonl"),
    };
    let mut paths = (1..1_000).map(|count| folder.join(name(count)));
    let free = paths.find(|it| fs::symlink_metadata(it).is_err());
    free.with_context(|| format!("{} holds too many exports; remove some", folder.display()))
}

fn told(path: &Path) -> String {
    format!("{} cannot be written; free some space", path.display())
}
