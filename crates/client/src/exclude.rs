//! `[sync] exclude`: what stays on this device. A folder keeps what is known by a path in
//! it and whatever belongs to that; `ENTITY/ID` keeps one row and whatever belongs to it.

use std::collections::BTreeMap;

use driftline_core::{
    Id, Replica, Schema,
    device::Exclusions,
    store::{QueueId, QueueList},
    value::normal_name,
};

use crate::error::{Context as _, Result};

const STEP: usize = 1_000;

/// What is accepted, for an error.
pub const ACCEPTED: &str =
    "a list of folders, such as \"/home/me/secret\", and of rows, such as \"sessions/ID\"";

/// What a list of the config means; none if one of it means nothing.
pub fn parse(schema: &Schema, list: &[String]) -> Option<Exclusions> {
    let mut excluded = Exclusions::default();
    for it in list {
        if let Some((entity, id)) = it.split_once('/')
            && let Some(entity) = schema.get(entity)
        {
            excluded.rows.push((entity.name.to_owned(), id.parse::<Id>().ok()?));
        } else {
            excluded.folders.push(folder(it)?);
        }
    }
    Some(excluded)
}

/// A folder by its whole path, whatever system it is of: sessions come from other machines.
fn folder(text: &str) -> Option<String> {
    let home = || std::env::home_dir().map(|it| it.to_string_lossy().into_owned());
    let path = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", home()?),
        _ => text.to_owned(),
    };
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let is_whole = path.starts_with('/') || path.starts_with("\\\\") || has_drive;
    is_whole.then(|| normal_name(&path).into_owned())
}

/// Lets what the config names hold for `replica`, if it did not already.
pub fn apply(replica: &Replica, list: &[String]) -> Result<()> {
    // The config was checked when it was read.
    let excluded = parse(replica.schema(), list).unwrap_or_default();
    replica.exclude(&excluded)?;
    Ok(())
}

/// What was typed, as the config has it: a row as it is, a folder by its whole path.
pub fn named(schema: &Schema, typed: &str) -> Result<String> {
    let is_row = typed.split_once('/').is_some_and(|it| schema.get(it.0).is_some());
    if is_row { Ok(typed.to_owned()) } else { whole(typed) }
}

/// The folder that was typed, by its whole path.
pub fn whole(typed: &str) -> Result<String> {
    let other_system = typed.starts_with('~') || typed.get(1..2) == Some(":");
    if typed.starts_with('/') || other_system {
        return Ok(normal_name(typed).into_owned());
    }
    let path = std::path::absolute(typed).with_context(|| format!("`{typed}` is no path"))?;
    Ok(path.to_string_lossy().into_owned())
}

/// How many changes stay here for each rule. A rule is written as the rows know it, which
/// may be longer than it is in the config.
pub fn counts(replica: &Replica) -> Result<BTreeMap<String, u64>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = QueueId::default();
    loop {
        let page = replica.read(|tx| tx.queue(QueueList::Excluded, after, STEP))?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = last.queue_id;
        for entry in page {
            *counts.entry(entry.excluded().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
}

/// How rows know the rule that is written as `name`.
pub fn rule(schema: &Schema, name: &str) -> String {
    let excluded = parse(schema, &[name.to_owned()]).unwrap_or_default();
    let row = excluded.rows.into_iter().next().map(|(entity, id)| format!("{entity}/{id}"));
    row.or_else(|| excluded.folders.into_iter().next()).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_rows_are_told_apart() {
        let schema = Schema::registered().unwrap();
        let list = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
            parse(schema, &texts)
        };
        let kept = list(&[
            "/home/me/secret/",
            "C:\\src\\",
            "sessions/0193ab4e-77aa-7c3d-8e21-5f6a7b8c9d0e",
        ]);
        let kept = kept.unwrap();
        assert_eq!(kept.folders, ["/home/me/secret", "C:\\src"]);
        assert_eq!(kept.rows[0].0, "sessions");
        for wrong in ["secret", "./secret", "", "sessions/", "sessions/0193", "C:"] {
            assert!(list(&[wrong]).is_none(), "{wrong}");
        }
    }
}
