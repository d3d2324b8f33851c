//! The runs of the program whose calls fail, and what they must leave.

use anyhow::Result;
use serde_json::{Value, json};

use crate::place::{IMPORT, Place};

/// A run of the program.
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) words: &'static [&'static str],
    /// Makes what the run needs.
    pub(super) prepare: fn(&Place) -> Result<()>,
    /// What can be seen of its work afterwards, without what differs from run to run.
    pub(super) shows: fn(&Place) -> Result<Value>,
    /// Whether a part of the work may be there after a failure: it is done in steps, each of
    /// which is whole.
    pub(super) has_steps: bool,
    /// Whether the same words do the same again.
    pub(super) is_repeatable: bool,
}

/// The profile that everything is done to, and another one on the same remote.
pub(super) const PROFILE: &str = "A";
const OTHER: &str = "B";

const SYNC: &[&str] = &["sync"];

pub(super) const WORKLOADS: [Workload; 13] = [
    Workload {
        name: "first-write",
        words: &["add", "inbox", "title=first"],
        prepare: |_| Ok(()),
        shows: items,
        has_steps: false,
        is_repeatable: false,
    },
    Workload {
        name: "edit",
        words: &["set", "inbox", ID, "body=edited"],
        prepare: filled,
        shows: items,
        has_steps: false,
        is_repeatable: true,
    },
    Workload {
        name: "import",
        words: IMPORT,
        prepare: |place| {
            place.transcripts(2, 30);
            Ok(())
        },
        shows: imported,
        has_steps: true,
        is_repeatable: true,
    },
    Workload {
        name: "import-again",
        words: IMPORT,
        prepare: |place| {
            filled(place)?;
            place.transcripts(3, 40);
            Ok(())
        },
        shows: imported,
        has_steps: true,
        is_repeatable: true,
    },
    reading("list", &["list", "messages", "--json"]),
    reading("show", &["show", SESSION]),
    reading("search", &["search", "Message"]),
    Workload {
        name: "export",
        words: &["export", SESSION, "--output", "out.md"],
        prepare: filled,
        shows: |place| Ok(std::fs::read_to_string(place.path("out.md")).ok().into()),
        has_steps: false,
        is_repeatable: false,
    },
    Workload {
        name: "backup",
        words: &["backup"],
        prepare: filled,
        shows: copies,
        has_steps: false,
        is_repeatable: false,
    },
    Workload {
        name: "restore",
        words: &["backup", "restore", COPY],
        prepare: |place| {
            filled(place)?;
            place.ok(PROFILE, &["backup"])?;
            place.ok(PROFILE, &["add", "inbox", "title=later"])?;
            Ok(())
        },
        shows: items,
        has_steps: false,
        is_repeatable: true,
    },
    Workload {
        name: "sync-out",
        words: SYNC,
        prepare: |place| {
            filled(place)?;
            share(place, PROFILE)?;
            share(place, OTHER)?;
            place.ok(OTHER, &["add", "inbox", "title=from the other"])?;
            Ok(())
        },
        shows: synced,
        has_steps: true,
        is_repeatable: true,
    },
    Workload {
        name: "sync-both-ways",
        words: SYNC,
        prepare: |place| {
            filled(place)?;
            share(place, PROFILE)?;
            share(place, OTHER)?;
            place.ok(OTHER, &["add", "inbox", "title=from the other"])?;
            place.ok(OTHER, SYNC)?;
            Ok(())
        },
        shows: synced,
        has_steps: true,
        is_repeatable: true,
    },
    Workload {
        name: "config",
        words: &["config", "set", "remote.backend", "sqlite", "remote.path", "shared"],
        prepare: filled,
        shows: |place| {
            let config = place.path(PROFILE).join("driftline.toml");
            let text = std::fs::read_to_string(config).unwrap_or_default();
            let place = place.path("").display().to_string();
            Ok(text.replace(place.trim_end_matches('/'), "").into())
        },
        has_steps: false,
        is_repeatable: true,
    },
];

/// Words that stand for what is known only once everything is prepared.
pub(super) const ID: &str = "THE ITEM";
pub(super) const SESSION: &str = "THE SESSION";
pub(super) const COPY: &str = "THE COPY";

const fn reading(name: &'static str, words: &'static [&'static str]) -> Workload {
    let shows = |_: &Place| Ok(Value::Null);
    Workload { name, words, prepare: filled, shows, has_steps: false, is_repeatable: true }
}

/// Transcripts, all of them imported, and an item.
fn filled(place: &Place) -> Result<()> {
    place.transcripts(2, 30);
    place.import(PROFILE)?;
    place.ok(PROFILE, &["add", "inbox", "title=before", "body=as it was"])?;
    Ok(())
}

/// Connects a profile with the remote, by a path that holds in every copy of the place.
fn share(place: &Place, profile: &str) -> Result<()> {
    let config = place.path(profile).join("driftline.toml");
    if !place.path(profile).exists() {
        place.ok(profile, &["add", "inbox", "title=its first"])?;
    }
    let near = "[remote]\nbackend = \"sqlite\"\npath = \"../shared\"\n";
    Ok(std::fs::write(config, near)?)
}

/// The items of a profile.
fn items_of(place: &Place, profile: &str) -> Result<Value> {
    let rows = place.json(profile, &["list", "inbox"])?;
    let rows = rows.as_array().cloned().unwrap_or_default();
    let mut all: Vec<_> =
        rows.iter().map(|it| format!("{}: {}", it["title"], it["body"])).collect();
    all.sort();
    Ok(json!(all))
}

fn items(place: &Place) -> Result<Value> {
    items_of(place, PROFILE)
}

fn imported(place: &Place) -> Result<Value> {
    let digest = place.json(PROFILE, &["digest"])?;
    let counts = place.json(PROFILE, &["status"])?["counts"].clone();
    // Items and workspaces have ids that differ from run to run.
    Ok(json!([digest["messages"], digest["sessions"], counts["messages"], counts["sessions"]]))
}

fn synced(place: &Place) -> Result<Value> {
    let status = place.json(PROFILE, &["status"])?;
    Ok(json!([items(place)?, status["waiting"], status["parked"], status["counts"]]))
}

/// How many copies there are, each of which can be read.
fn copies(place: &Place) -> Result<Value> {
    let list = place.json(PROFILE, &["backup", "list"])?;
    let list = list.as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for it in list {
        let local = format!("local.path={}", it["path"].as_str().unwrap_or_default());
        let rows = place.json("C", &["list", "inbox", "--config", &local])?;
        all.push(rows.as_array().map(Vec::len));
    }
    Ok(json!(all))
}
