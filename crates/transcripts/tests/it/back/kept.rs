//! The same agent gets its own records, as it wrote them.

use std::collections::BTreeSet;

use driftline_transcripts::back::{Plan, Source};
use serde_json::json;

use super::{FOLDER, carry_out, import, plan, real, sources};
use crate::agents::text;

/// Whether a message makes the main conversation.
fn counts(role: Option<&str>, agent: Option<&str>) -> bool {
    agent.is_none() && !matches!(role, Some("system" | "other"))
}

fn kept(source: &Source, plan: &Plan) -> bool {
    plan.is_kept && Some(&plan.session) == source.external_id.as_ref()
}

#[test]
fn its_own_reader_makes_the_same_rows_of_what_is_written_elsewhere() {
    for (tool, (store, _home)) in real() {
        for source in sources(&store) {
            let home = tempfile::tempdir().unwrap();
            let plan = plan(&source, tool, home.path());
            if !kept(&source, &plan) {
                // The history of such a fork is in another file, which is not here.
                let is_fork = source
                    .messages
                    .iter()
                    .any(|it| it.1.raw.as_ref().is_some_and(|it| it.contains("\"history_base\"")));
                assert!(is_fork, "{tool} {:?}", source.external_id);
                continue;
            }
            carry_out(&plan, tool, home.path());
            let again = import(tool, home.path());
            let mut count = 0;
            for (id, message) in &source.messages {
                if counts(message.role.as_deref(), message.agent.as_deref()) {
                    let key = ("messages", *id);
                    assert_eq!(again.rows.get(&key), store.rows.get(&key), "{tool} {message:?}");
                    count += 1;
                }
            }
            assert!(count > 0, "{tool} {:?}", source.external_id);
            let rows = again.all("messages");
            let more = rows.iter().filter(|it| counts(text(it, "role"), text(it, "agent"))).count();
            assert_eq!(more, count, "{tool}: nothing is added");
        }
    }
}

#[test]
fn its_records_are_in_the_file_to_the_letter() {
    for (tool, (store, _home)) in real() {
        for source in sources(&store) {
            let home = tempfile::tempdir().unwrap();
            let plan = plan(&source, tool, home.path());
            let must = plan.files.iter().flat_map(|it| &it.lines).filter(|it| it.must);
            let must: BTreeSet<_> = must.map(|it| it.text.as_str()).collect();
            let raws = source.messages.iter().filter_map(|it| it.1.raw.as_deref());
            let raws: BTreeSet<_> = raws.collect();
            if kept(&source, &plan) && plan.import.is_none() {
                let strange: Vec<_> = must.difference(&raws).collect();
                assert!(strange.iter().all(|it| **it == FOLDER), "{tool}: {strange:?}");
                assert!(must.len() > 1, "{tool}");
            }
        }
    }
}

#[test]
fn every_record_follows_one_that_is_in_the_file() {
    for (tool, id, parent) in [
        ("claude-code", "uuid", "parentUuid"),
        ("qwen-code", "uuid", "parentUuid"),
        ("pi", "id", "parentId"),
    ] {
        let (store, _home) = real().remove(tool).unwrap();
        for source in sources(&store) {
            let home = tempfile::tempdir().unwrap();
            let plan = plan(&source, tool, home.path());
            let main = plan.files.first().unwrap();
            let mut known = BTreeSet::new();
            for line in &main.lines {
                let record: serde_json::Value = serde_json::from_str(&line.text).unwrap();
                if let Some(parent) = record[parent].as_str() {
                    assert!(known.contains(parent), "{tool}: {line:?}");
                }
                known.extend(record[id].as_str().map(str::to_owned));
            }
        }
    }
}

#[test]
fn what_a_summary_left_begins_where_it_did() {
    let (store, _home) = real().remove("pi").unwrap();
    let home = tempfile::tempdir().unwrap();
    for source in sources(&store) {
        let lines = &plan(&source, "pi", home.path()).files.remove(0).lines;
        let entries: Vec<serde_json::Value> =
            lines.iter().map(|it| serde_json::from_str(&it.text).unwrap()).collect();
        let ids: Vec<_> = entries.iter().map(|it| &it["id"]).collect();
        for entry in entries.iter().filter(|it| it["type"] == "compaction") {
            let left = ids.iter().position(|it| **it == entry["firstKeptEntryId"]);
            let prompt = entries.iter().position(|it| it["message"]["role"] == json!("user"));
            assert!(left < prompt && left.is_some(), "{left:?} {prompt:?}");
        }
    }
}

#[test]
fn a_session_of_several_files_is_in_the_order_of_time() {
    let (store, _home) = real().remove("codex").unwrap();
    let mut source = sources(&store).into_iter().max_by_key(|it| it.messages.len()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let whole = plan(&source, "codex", home.path());
    // As if the last message came from another file.
    let first = source.messages.first().unwrap().1.position;
    source.messages.last_mut().unwrap().1.position = first;
    assert!(plan(&source, "codex", home.path()).files == whole.files);
}

#[test]
fn without_its_records_the_session_is_told_anew() {
    for (tool, (store, _home)) in real() {
        for mut source in sources(&store) {
            let said = |it: &&mut (_, driftline_messages::Message)| {
                counts(it.1.role.as_deref(), it.1.agent.as_deref())
            };
            let Some(first) = source.messages.iter_mut().find(said) else { continue };
            first.1.raw = None;
            let home = tempfile::tempdir().unwrap();
            let plan = plan(&source, tool, home.path());
            assert!(!plan.is_kept && Some(&plan.session) != source.external_id.as_ref(), "{tool}");
        }
    }
}

#[test]
fn opencode_gets_a_copy_where_it_has_the_session_in_another_folder() {
    let (store, origin) = real().remove("opencode").unwrap();
    let origin = origin.unwrap();
    let database = crate::agents::opencode::database(origin.path());
    let count = || -> i64 {
        database.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap()
    };
    let source = sources(&store).into_iter().max_by_key(|it| it.messages.len()).unwrap();
    let (before, plan) = (count(), || plan(&source, "opencode", origin.path()));
    let copy = plan();
    assert!(copy.is_kept && Some(&copy.session) != source.external_id.as_ref());
    carry_out(&copy, "opencode", origin.path());
    let there = plan();
    assert_eq!((there.import.is_none(), &there.session), (true, &copy.session));
    let again = import("opencode", origin.path());
    let own = count() - before;
    assert!(own > 0, "the copy shares no message with the session");
    let texts = |store: &crate::common::Store, name: &str| {
        let sources = sources(store);
        let source = sources.iter().find(|it| it.external_id.as_deref() == Some(name)).unwrap();
        let main = source.messages.iter().filter(|it| it.1.agent.is_none());
        let mut all: Vec<_> = main.map(|it| (it.1.text.clone(), it.1.blocks.clone())).collect();
        all.sort_by_key(|it| format!("{it:?}"));
        all
    };
    let name = source.external_id.as_deref().unwrap();
    assert_eq!(texts(&again, &copy.session), texts(&again, name));
    // In the folder that it is of, it is there.
    let at = "/home/me/demo";
    let writer = super::writer("opencode");
    let base = (writer.store)(origin.path());
    let target =
        driftline_transcripts::back::Target { store: &base, folder: at, branch: None, now: 1 };
    let there = (writer.plan)(&source, &target).unwrap();
    assert_eq!((there.import, Some(there.session)), (None, source.external_id));
}
