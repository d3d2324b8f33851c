//! Messages that look like those of agents: what is said in them is lines of this repository's
//! own documents and sources, as agents show them. They are the same in every run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use driftline_core::{Id, Stamp, Value};
use xtask_bench::data::{self, Draft, PER_SESSION, mixed};

use crate::stage::Stage;

/// Rows in a transaction.
pub(crate) const BATCH: u64 = 1_000;
/// November 2025.
const START: u64 = 1_763_000_000_000;
/// Letters of a message, of its text and of the block beside it, so that its JSON is 2 KB.
const TEXT: usize = 1_000;
const BLOCK: usize = 600;
/// Letters of what is shown at once.
const EXCERPT: usize = 300;

/// Where the lines are from.
pub(crate) struct Rows {
    lines: Vec<String>,
}

impl Rows {
    /// Reads the repository.
    pub(crate) fn read() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let root = root.context("this is not inside the repository")?;
        let mut files = Vec::new();
        for folder in ["crates", "docs"] {
            find(&root.join(folder), &mut files)?;
        }
        files.sort();
        let mut lines = Vec::new();
        for file in files {
            let text = fs::read_to_string(&file)?;
            lines.extend(text.lines().filter(|it| !it.trim().is_empty()).map(str::to_owned));
        }
        ensure!(lines.len() > 1_000, "there is hardly a line in {}", root.display());
        Ok(Self { lines })
    }

    /// Hands out all rows, in transactions.
    pub(crate) fn each_batch(
        &self,
        stage: &Stage,
        mut take: impl FnMut(&'static str, &[Draft]) -> Result<()>,
    ) -> Result<()> {
        let sessions: Vec<Draft> = (0..stage.sessions()).map(data::session).collect();
        take("sessions", &sessions)?;
        let mut from = 0;
        while from < stage.rows {
            let to = stage.rows.min(from + BATCH);
            let messages: Vec<Draft> = (from..to).map(|it| self.message(it)).collect();
            take("messages", &messages)?;
            from = to;
        }
        Ok(())
    }

    /// The message with this number.
    fn message(&self, number: u64) -> Draft {
        let time = START + number * 1_000;
        let stamp = Stamp::machine(time, 0, 1, mixed(number));
        let name = format!("{:016x}{:016x}", mixed(number), mixed(mixed(number)));
        let session = Id::imported(0, &["bench", &format!("session-{}", number / PER_SESSION)]);
        let block: Value =
            [("type", "text"), ("text", &self.text(2 * number + 1, BLOCK))].into_iter().collect();
        let cells: [(&str, Value); 7] = [
            ("session", session.to_string().into()),
            ("external_id", name.clone().into()),
            ("role", if number.is_multiple_of(2) { "user" } else { "assistant" }.into()),
            ("text", self.text(2 * number, TEXT).into()),
            ("blocks", vec![block].into()),
            ("model", "large".into()),
            ("created_at", time.into()),
        ];
        let row = cells.into_iter().map(|(field, value)| (field, stamp, value)).collect();
        Draft { id: Id::imported(time, &["bench", &name]), row, local: Vec::new() }
    }

    /// Lines from here and there until there are `length` letters.
    fn text(&self, seed: u64, length: usize) -> String {
        let mut text = String::with_capacity(length + 200);
        let mut state = seed;
        while text.len() < length {
            state = mixed(state);
            let line = usize::try_from(state % self.lines.len() as u64).unwrap_or_default();
            let end = text.len() + EXCERPT;
            for line in self.lines.iter().skip(line) {
                text.push_str(line);
                text.push('\n');
                if text.len() >= end.min(length) {
                    break;
                }
            }
        }
        text
    }
}

/// Documents and sources below `folder`.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, kind) = entry.map(|it| (it.path(), it.file_type()))?;
        if kind?.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs" || it == "md") {
            files.push(path);
        }
    }
    Ok(())
}

/// The JSON of all rows, in bytes: what an export of them holds, without stamps.
pub(crate) fn json_bytes(stage: &Stage) -> Result<u64> {
    let mut bytes = 0;
    Rows::read()?.each_batch(stage, |_, drafts| {
        for Draft { id, row, .. } in drafts {
            let mut object = serde_json::Map::from_iter([("id".into(), id.to_string().into())]);
            for (field, cell) in row.cells() {
                object.insert(field.to_string(), cell.value.clone());
            }
            bytes += serde_json::to_vec(&object)?.len() as u64 + 1;
        }
        Ok(())
    })?;
    Ok(bytes)
}
