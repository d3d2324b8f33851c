//! A file that is one document in JSON or YAML, written anew whenever something changes; or a
//! log of changes to one, a change a line. All of it is read again then; what is here already stays
//! as it is.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use driftline_core::Value;

use super::{Batch, Sink, Wanted, failed, json, refused, taking::Taking, yaml};
use crate::{
    Checkpoint, FileReport, Record, Result,
    checkpoint::{Prefix, State},
};

/// The longest document that is read, in bytes, and the most values in it.
const LONGEST: u64 = 64 << 20;
const MOST: usize = 1_000_000;

pub(super) fn read(
    wanted: Wanted<'_>,
    records: fn(&Path, Value) -> Vec<Record>,
    file: File,
    state: State,
    sink: &mut Sink<'_>,
) -> Result<FileReport> {
    let Wanted { found, secrets } = wanted;
    let path = found.path.as_path();
    let mut bytes = Vec::new();
    let input = file.take(state.length.min(LONGEST + 1));
    BufReader::new(input).read_to_end(&mut bytes).map_err(|it| failed(path, 0, it))?;
    let mut prefix = Prefix::default();
    prefix.take(&bytes);
    let parsed = match path.extension().and_then(|it| it.to_str()) {
        Some("jsonl") => changes(&bytes),
        Some("yaml") => yaml::fields(&String::from_utf8_lossy(&bytes)),
        _ => parse(&bytes),
    };
    drop(bytes);
    let (all, wrong) = match parsed {
        Ok(document) => (records(path, document), None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let session = all.iter().find_map(|it| it.session.clone());
    let mut taking = Taking::of(wanted, session.clone());
    if let Some(reason) = wrong {
        taking.tally.skip(1, reason);
    }
    let checkpoint = |done| Checkpoint {
        done,
        ..Checkpoint::of(found.reader, secrets, &prefix, 0, state, session.clone())
    };
    // Not done: whoever goes on from there reads all of it.
    let half = Checkpoint { length: 0, ..checkpoint(None) };
    for mut record in all {
        let raw = record.raw.take().unwrap_or_default();
        taking.record(record, Cow::Owned(raw), true);
        if taking.is_full() {
            let drafts = taking.drafts();
            let batch = Batch { drafts, titles: Vec::new(), checkpoint: half.clone() };
            sink(batch).map_err(|it| refused(path, 0, it))?;
        }
    }
    let (done, titles) = taking.finish();
    let checkpoint = checkpoint(Some(done.clone()));
    let batch = Batch { drafts: taking.drafts(), titles, checkpoint };
    sink(batch).map_err(|it| refused(path, 0, it))?;
    Ok(FileReport { secrets: taking.replaced(), ..done.report(path, found.reader, false) })
}

/// The document, or why there is none.
fn parse(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() as u64 > LONGEST {
        return Err("longer than 64 MiB; left out".into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    json(&String::from_utf8_lossy(bytes), MOST)
}

/// The changes of a log. The last may still be being written; behind one that is broken, none
/// would be made to what it was meant for.
fn changes(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() as u64 > LONGEST {
        return Err("longer than 64 MiB; left out".into());
    }
    let text = String::from_utf8_lossy(bytes);
    let mut left = MOST;
    let mut all = Vec::new();
    for line in text.lines().filter(|it| !it.trim().is_empty()) {
        let Ok(change) = json(line, left) else { break };
        let values = line.bytes().filter(|it| matches!(it, b',' | b'{' | b'[')).count() + 1;
        left = left.saturating_sub(values);
        all.push(change);
    }
    Ok(Value::Array(all))
}
