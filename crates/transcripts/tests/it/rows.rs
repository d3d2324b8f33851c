//! Which rows and cells the records of Claude Code become.

use crate::common::{SESSION, Store, assistant, import, lines, message, transcript, user};
use driftline_core::{Id, Stamp, Value};
use serde_json::json;

fn text<'a>(row: &'a driftline_core::Row, field: &str) -> Option<&'a str> {
    row.value(field)?.as_str()
}

#[test]
fn a_transcript_is_counted_by_the_rule() {
    let (store, report) = import(lines(&transcript()));
    let totals = report.totals;
    assert_eq!((totals.sessions, totals.messages, totals.tool_calls), (1, 7, 1));
    let roles = json!({"user": 2, "assistant": 3, "tool": 1, "meta": 1});
    assert_eq!(json!(totals.roles), roles);
    let records = json!({"summary": 2, "system": 1, "brand-new": 1, "custom-title": 1});
    assert_eq!(json!(totals.records), records);
    assert_eq!(json!(totals.left_out), json!({"file-history-snapshot": 1, "progress": 1}));
    assert!(report.skipped.is_empty() && !report.incomplete_tail && !report.unchanged);
    assert_eq!(store.all("messages").len(), 9);
}

#[test]
fn a_message_has_its_cells_and_one_stamp() {
    let (store, _) = import(lines(&transcript()));
    let row = store.message("u-4");
    assert_eq!(text(row, "role"), Some("assistant"));
    assert_eq!(text(row, "text"), Some("Done \u{1f600}"));
    assert_eq!(row.value("blocks"), None, "what it says is kept once");
    assert_eq!(text(row, "model"), Some("model-a"));
    assert_eq!(row.value("created_at"), Some(&json!(1_767_225_604_000_u64)));
    assert_eq!(row.value("usage"), Some(&json!({"input": 2, "output": 3})));
    let session = Id::imported(0, &["claude-code", "session", SESSION]).to_string();
    assert_eq!(text(row, "session"), Some(session.as_str()));
    assert!(row.cell("parent").is_none() && row.cell("agent").is_none(), "no empty cells");
    let stamps: Vec<_> = row.cells().map(|it| it.1.stamp).collect();
    assert!(stamps.iter().all(|it| *it == stamps[0] && !it.is_person()));
    assert_eq!(stamps[0].millis(), 1_767_225_604_000);

    let id = Id::imported(1_767_225_604_000, &["claude-code", "message", SESSION, "u-4"]);
    assert!(store.rows.contains_key(&("messages", id)));
    let raw = store.local[&(id, "raw")].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(raw).unwrap(), assistant("u-4", 4, "Done \u{1f600}"));
}

#[test]
fn prose_is_the_text_alone() {
    let content = json!([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"},
        {"type": "image", "source": {}}, {"type": "text", "text": "b"}]);
    let (store, _) = import(lines(&[message("assistant", "u", 1, content)]));
    assert_eq!(text(store.message("u"), "text"), None, "two texts are two blocks");
    let blocks = json!([{"type": "thinking", "text": "hm"}, {"type": "text", "text": "a"},
        {"type": "image", "media_type": "", "data": ""}, {"type": "text", "text": "b"}]);
    assert_eq!(store.message("u").value("blocks"), Some(&blocks));
    let (store, _) = import(lines(&transcript()));
    assert_eq!(text(store.message("u-2"), "text"), None);
    assert_eq!(text(store.message("u-3"), "role"), Some("tool"));
}

#[test]
fn a_tool_result_without_content_gets_what_stands_beside_it() {
    let mut bare = message("user", "u", 1, json!([{"type": "tool_result", "tool_use_id": "t"}]));
    bare["toolUseResult"] = json!({"stdout": "ok"});
    let (store, _) = import(lines(&[bare]));
    let blocks = store.message("u").value("blocks").unwrap();
    assert_eq!(blocks[0]["output"], json!("{\"stdout\":\"ok\"}"));
}

#[test]
fn roles_follow_the_first_match() {
    let mut summary = user("s", 1, "This session is continued");
    summary["isCompactSummary"] = json!(true);
    summary["isMeta"] = json!(true);
    let (store, _) = import(lines(&[summary]));
    assert_eq!(text(store.message("s"), "role"), Some("summary"));
    assert_eq!(store.session().value("name"), None);
}

#[test]
fn what_is_no_message_is_kept_whole() {
    let (store, _) = import(lines(&transcript()));
    let boundary = store.message("u-7");
    assert_eq!(text(boundary, "role"), Some("system"));
    let notice = &boundary.value("blocks").unwrap()[0];
    assert_eq!(
        (&notice["kind"], &notice["details"]["text"]),
        (&json!("compaction"), &json!("cut"))
    );
    assert_eq!(text(boundary, "parent"), Some("u-4"), "across a compact boundary");
    let other = store.message("u-9");
    assert_eq!(text(other, "role"), Some("other"));
    let blocks = json!([{"type": "other", "kind": "brand-new",
        "value": {"payload": [1, 2]}}]);
    assert_eq!(other.value("blocks"), Some(&blocks));
    assert!(store.find("u-8").is_none(), "progress is left out");
}

#[test]
fn records_without_a_name_are_named_by_their_text() {
    let record = json!({"type": "new-kind", "sessionId": SESSION, "a": 1});
    let (store, report) = import(lines(&[record.clone(), user("u-1", 1, "x"), record.clone()]));
    assert_eq!(store.all("messages").len(), 3, "equal ones are told by how many precede them");
    assert_eq!(report.totals.records["new-kind"], 2);
    let (other, _) = import(lines(&[record, user("u-1", 1, "x")]));
    for (id, row) in other.rows.iter().filter(|it| it.0.0 == "messages") {
        assert_eq!(store.rows.get(id), Some(row), "the first of them is called alike");
    }
    let (store, report) = import(lines(&[json!({"type": "new-kind", "a": 1})]));
    assert!(store.rows.is_empty());
    assert_eq!(report.totals.left_out["new-kind"], 1);
}

#[test]
fn a_session_is_told_by_its_first_and_last_records() {
    let mut moved = assistant("u-20", 20, "elsewhere");
    moved["cwd"] = json!("/tmp");
    moved["message"]["model"] = json!("model-b");
    let mut synthetic = assistant("u-30", 30, "error");
    synthetic["message"]["model"] = json!("<synthetic>");
    let mut side = assistant("u-31", 31, "small");
    side["message"]["model"] = json!("model-small");
    side["agentId"] = json!("a1");
    let all = [moved, user("u-1", 1, "Hello there"), synthetic, side];
    let (store, _) = import(lines(&all));
    let session = store.session();
    assert_eq!(text(session, "external_id"), Some(SESSION));
    assert_eq!(text(session, "source"), Some("claude-code"));
    assert_eq!(text(session, "cwd"), Some("/home/a/app"));
    assert_eq!(text(session, "git_branch"), Some("main"));
    assert_eq!(session.value("started_at"), Some(&json!(1_767_225_601_000_u64)));
    assert_eq!(text(session, "model"), Some("model-b"));
    assert_eq!(text(session, "name"), Some("Hello there"));
    let workspace = Id::imported(0, &["workspace", "/home/a/app"]);
    assert_eq!(text(session, "workspace"), Some(workspace.to_string().as_str()));
    let row = &store.rows[&("workspaces", workspace)];
    assert_eq!((text(row, "path"), text(row, "name")), (Some("/home/a/app"), Some("app")));
    assert_eq!(store.local[&(workspace, "here")], "/home/a/app/");
}

#[test]
fn names_win_by_rank_then_time() {
    let title = |kind: &str, field: &str, name: &str| json!({"type": kind, "sessionId": SESSION, field: name});
    let all = [
        title("custom-title", "customTitle", "By me"),
        title("ai-title", "aiTitle", "By the agent"),
        title("agent-name", "agentName", "No name"),
        json!({"type": "summary", "summary": "Summed up", "leafUuid": "u-1"}),
        user("u-2", 2, "later prompt"),
        user("u-1", 1, "first prompt"),
    ];
    for (from, name) in [(0, "By me"), (1, "By the agent"), (2, "Summed up"), (4, "first prompt")] {
        let (store, _) = import(lines(&all[from..]));
        assert_eq!(text(store.session(), "name"), Some(name));
        let stamp = store.session().cell("name").unwrap().stamp;
        assert!(stamp < Stamp::person(0, 0, 0), "a person's rename stands");
    }
}

#[test]
fn a_summary_names_the_session_of_its_leaf_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("1.jsonl"), folder.path().join("2.jsonl"));
    let title = json!({"type": "summary", "summary": "Found", "leafUuid": "u-1"});
    std::fs::write(&one, lines(&[title])).unwrap();
    std::fs::write(&two, lines(&[user("u-1", 1, "prompt")])).unwrap();
    let mut store = Store::default();
    store.import(&one);
    assert!(store.rows.is_empty());
    store.import(&two);
    assert_eq!(text(store.session(), "name"), Some("prompt"));
    assert!(store.import(&one).unchanged);
    assert_eq!(text(store.session(), "name"), Some("Found"), "titles come again");
}

#[test]
fn a_session_is_not_written_with_each_of_its_messages() {
    let all: Vec<_> = (0..3000).map(|it| assistant(&format!("u-{it}"), it, "x")).collect();
    let (store, _) = import(lines(&all));
    assert!(store.written < 3000 + 20, "{}", store.written);
}

#[test]
fn ids_carry_the_times_of_their_names() {
    let session = "0193ab40-1c2d-7000-8000-0123456789ab";
    let mut record = user("u-1", 1, "x");
    record["sessionId"] = json!(session);
    let (store, _) = import(lines(&[record]));
    let id = Id::imported(0x0193_ab40_1c2d, &["claude-code", "session", session]);
    assert!(store.rows.contains_key(&("sessions", id)));
}

#[test]
fn sub_agents_belong_to_their_session() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join(SESSION).join("subagents");
    std::fs::create_dir_all(&below).unwrap();
    let (main, side) =
        (folder.path().join(format!("{SESSION}.jsonl")), below.join("agent-a1.jsonl"));
    let mut record = user("u-6", 6, "Look it up");
    record["isSidechain"] = json!(true);
    record["agentId"] = json!("a1");
    std::fs::write(&side, lines(&[record])).unwrap();
    let mut store = Store::default();
    assert_eq!(store.import(&side).totals.sessions, 1, "its session is nowhere else");
    assert_eq!(text(store.session(), "name"), Some("Look it up"));
    std::fs::write(&main, lines(&[user("u-1", 9, "Start")])).unwrap();
    let report = store.import(&side);
    assert_eq!((report.totals.sessions, report.unchanged), (0, true));
    assert_eq!(report.sessions, [SESSION]);
    assert_eq!(store.import(&main).totals.sessions, 1);
    assert_eq!(text(store.session(), "name"), Some("Start"), "the person's words name it");
    assert_eq!(text(store.message("u-6"), "agent"), Some("a1"));
}
