//! The table: which threads there are, and the document of one. A sub-agent's thread belongs
//! to the one that started it.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
};

use driftline_core::{BoxError, Value};
use rusqlite::Connection;
use ruzstd::decoding::StreamingDecoder;

use super::thread;
use crate::{
    Name, Rank, Record, Sessions, Take,
    hash::hash64,
    prose, read,
    tables::{each, optional, require, root, some, text},
    time,
};

/// A longer document is not read, in bytes, packed or not, nor are more values in one.
const LONGEST: u64 = 64 << 20;
const MOST: usize = 1_000_000;

/// How far back a packed text may refer, in bytes. It is held in memory.
const WINDOW: u64 = 8 << 20;

/// What Zed calls a thread until it has a name.
const UNNAMED: &str = "New Thread";

/// The threads that are nobody's sub-agents.
pub(super) fn all(database: &Connection) -> Result<Sessions, BoxError> {
    require(database, &["threads"])?;
    let parent = optional(database, "threads", "parent_id")?;
    let query =
        format!("SELECT id, {parent}, updated_at, summary, octet_length(data) FROM threads");
    let mut threads: HashMap<String, (Option<String>, u64)> = HashMap::new();
    each(database, &query, [], |row| {
        let length = row.get::<_, i64>(4).unwrap_or_default().to_string();
        let changed = hash64(&[&text(row, 0), &text(row, 2), &text(row, 3), &length]);
        threads.insert(text(row, 0), (some(row, 1), changed));
    })?;
    let above = |it: &str| {
        let parent = threads.get(it)?.0.as_ref()?;
        threads.get_key_value(parent).map(|it| it.0.as_str())
    };
    let mut roots: HashMap<&str, u64> = HashMap::new();
    for (id, (_, changed)) in &threads {
        let sum = roots.entry(root(above, id)).or_default();
        *sum = sum.wrapping_add(*changed);
    }
    let mut all: Vec<_> =
        roots.into_iter().map(|(id, sum)| (id.to_owned(), sum.cast_signed())).collect();
    all.sort();
    Ok(all)
}

/// The records of a thread and of its sub-agents.
pub(super) fn records(
    database: &Connection,
    session: &str,
    take: &mut Take<'_>,
) -> Result<(), BoxError> {
    let parent = optional(database, "threads", "parent_id")?;
    let children = format!("SELECT id FROM threads WHERE {parent} = ?1 ORDER BY id DESC");
    let mut seen = HashSet::from([session.to_owned()]);
    let mut waiting = vec![session.to_owned()];
    while let Some(one) = waiting.pop() {
        let agent = (one != session).then(|| one.clone());
        let base = Record { session: Some(session.to_owned()), agent, ..Record::default() };
        let records = of_one(database, &one, &base)?;
        if records.into_iter().any(|it| take(it).is_break()) {
            return Ok(());
        }
        each(database, &children, [&one], |row| {
            let child = text(row, 0);
            if seen.insert(child.clone()) {
                waiting.push(child);
            }
        })?;
    }
    Ok(())
}

fn of_one(database: &Connection, id: &str, base: &Record) -> Result<Vec<Record>, BoxError> {
    let column = |it| optional(database, "threads", it);
    let query = format!(
        "SELECT summary, updated_at, {}, {}, data_type, \
         CASE WHEN octet_length(data) <= {LONGEST} THEN data END FROM threads WHERE id = ?1",
        column("created_at")?,
        column("folder_paths")?,
    );
    let mut all = Vec::new();
    let mut read = Ok(());
    each(database, &query, [id], |row| {
        let time = |column: usize| time::parse(&text(row, column));
        let title = some(row, 0).filter(|it| it != UNNAMED).and_then(|it| prose::title(&it));
        if let Some(text) = title.filter(|_| base.agent.is_none()) {
            let name = Some(Name { rank: Rank::Title, text, leaf: None });
            all.push(Record { kind: "title".into(), time: time(1), name, ..base.clone() });
        }
        let data = row.get_ref(5).ok().and_then(|it| it.as_bytes().ok()).unwrap_or_default();
        let folders = text(row, 3);
        let facts = Record {
            kind: "thread".into(),
            time: time(2),
            cwd: folders.lines().next().map(str::to_owned).filter(|it| !it.is_empty()),
            ..base.clone()
        };
        match document(data, &text(row, 4)) {
            Ok(document) => all.extend(thread::records(facts, time(1), document)),
            Err(error) => read = Err(error),
        }
    })?;
    read.map(|()| all)
}

fn document(data: &[u8], kind: &str) -> Result<Value, BoxError> {
    let unpacked = match kind {
        "zstd" => {
            let mut all = Vec::new();
            let decoder = StreamingDecoder::new_with_max_window_size(data, WINDOW)?;
            decoder.take(LONGEST + 1).read_to_end(&mut all)?;
            all
        }
        _ => data.to_owned(),
    };
    if unpacked.len() as u64 > LONGEST {
        return Err("its thread is longer than 64 MiB".into());
    }
    Ok(read::json(&String::from_utf8_lossy(&unpacked), MOST)?)
}
