//! One test for each trap that real transcripts set.

use crate::common::{SESSION, Store, assistant, import, lines, message, transcript, user};
use driftline_core::Value;
use serde_json::json;

#[test]
fn two_records_on_one_line_are_both_kept() {
    let summary = json!({"type": "summary", "summary": "s", "leafUuid": "u-1"});
    let line = format!("{}{} {}\n", user("u-1", 1, "a"), summary, user("u-2", 2, "b"));
    let (store, report) = import(line);
    assert!(store.find("u-1").is_some() && store.find("u-2").is_some());
    assert_eq!((report.totals.messages, report.skipped.len()), (2, 0));
}

#[test]
fn a_record_behind_a_torn_one_is_kept() {
    let torn = user("u-1", 1, "some longer text").to_string();
    let written = user("u-2", 2, "b").to_string().replace("\"parentUuid\":null,", "");
    let whole = format!("{{\"parentUuid\":null,{}", &written[1..]);
    for cut in 1..torn.len() {
        let (store, report) = import(format!("{}{whole}\n", &torn[..cut]));
        assert!(store.find("u-2").is_some(), "{cut}");
        let lines: Vec<_> = report.skipped.iter().map(|it| it.line).collect();
        assert_eq!((lines, report.totals.messages), (vec![1], 1), "{cut}");
    }
}

#[test]
fn a_last_line_without_its_end_is_read_when_whole_and_awaited_when_not() {
    let (one, two) = (user("u-1", 1, "a").to_string(), user("u-2", 2, "b").to_string());
    let (store, report) = import(format!("{one}\n{two}"));
    assert!(store.find("u-2").is_some() && !report.incomplete_tail);
    let (store, report) = import(format!("{one}\n{}", &two[..two.len() - 1]));
    assert!(store.find("u-2").is_none());
    assert!(report.incomplete_tail && report.skipped.is_empty());
    assert_eq!(report.totals.messages, 1);
}

#[test]
fn one_answer_in_several_records_is_several_messages() {
    let mut parts = [assistant("u-1", 1, "a"), assistant("u-2", 1, "b")];
    parts.iter_mut().for_each(|it| it["message"]["id"] = json!("msg_1"));
    assert_eq!(import(lines(&parts)).1.totals.messages, 2);
}

#[test]
fn repeats_count_once() {
    let call = |uuid| message("assistant", uuid, 1, json!([{"type": "tool_use", "id": "t"}]));
    let (store, report) = import(lines(&[call("u-1"), call("u-1"), call("u-2")]));
    assert_eq!((report.totals.messages, report.totals.tool_calls), (2, 1));
    assert_eq!(store.all("messages").len(), 2);
}

#[test]
fn the_more_complete_of_two_records_of_one_name_wins_in_any_order() {
    let whole = assistant("u-1", 1, "whole");
    let mut part = assistant("u-1", 1, "par");
    part["message"]["stop_reason"] = Value::Null;
    for all in [[whole.clone(), part.clone()], [part, whole]] {
        let (store, report) = import(lines(&all));
        assert_eq!(store.message("u-1").value("text"), Some(&json!("whole")));
        assert_eq!(report.totals.messages, 1);
    }
}

#[test]
fn a_record_copied_from_another_session_is_of_the_file_it_is_in() {
    let mut copied = user("u-2", 1, "copied");
    copied["sessionId"] = json!("older");
    let unnamed = json!({"type": "brand-new", "uuid": "u-0", "timestamp": "2026-01-01T00:00:00Z"});
    let (store, report) = import(lines(&[unnamed, user("u-1", 2, "new"), copied]));
    assert_eq!((report.totals.sessions, report.totals.messages), (1, 2));
    assert_eq!(store.session().value("external_id"), Some(&json!(SESSION)));
    let session = store.message("u-1").value("session");
    assert!(session.is_some());
    for name in ["u-0", "u-2"] {
        assert_eq!(store.message(name).value("session"), session, "{name}");
    }
}

#[test]
fn a_file_whose_session_is_named_late_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let unnamed = json!({"type": "brand-new", "uuid": "u-0", "a": 1});
    std::fs::write(&path, lines(std::slice::from_ref(&unnamed))).unwrap();
    let mut store = Store::default();
    let report = store.import(&path);
    assert!(store.rows.is_empty(), "of no session yet");
    assert_eq!(report.totals.left_out["brand-new"], 1);
    let all = [unnamed, user("u-1", 1, "x")];
    std::fs::write(&path, lines(&all)).unwrap();
    store.import(&path);
    store.assert_synced(&import(lines(&all)).0, "in two steps");
    assert!(store.find("u-0").is_some());
}

#[test]
fn disjoint_files_of_one_session_unite_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let all = transcript();
    let parts = [&all[..6], &all[6..11], &all[11..]];
    let paths: Vec<_> = (0..3).map(|it| folder.path().join(format!("{it}.jsonl"))).collect();
    for (path, part) in paths.iter().zip(parts) {
        std::fs::write(path, lines(part)).unwrap();
    }
    let (whole, _) = import(lines(&all));
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
        let mut store = Store::default();
        order.iter().for_each(|it| _ = store.import(&paths[*it]));
        // A title is found by its message, so it settles once that was read.
        order.iter().for_each(|it| _ = store.import(&paths[*it]));
        store.assert_synced(&whole, &format!("{order:?}"));
    }
}

#[test]
fn dangling_parents_and_backward_times_are_taken_as_they_are() {
    let mut record = user("u-1", 50, "a");
    record["parentUuid"] = json!("nowhere");
    let (store, report) = import(lines(&[record, user("u-2", 1, "b")]));
    assert_eq!(store.message("u-1").value("parent"), Some(&json!("nowhere")));
    assert!(report.skipped.is_empty());
}

#[test]
fn results_without_calls_are_legal() {
    let result = json!([{"type": "tool_result", "tool_use_id": "gone", "content": "x"}]);
    let (_, report) = import(lines(&[message("user", "u-1", 1, result)]));
    assert_eq!(report.totals.roles["tool"], 1);
    assert_eq!(report.totals.tool_calls, 0);
}

#[test]
fn a_pretty_printed_document_is_reported_line_by_line() {
    let text = serde_json::to_string_pretty(&user("u-1", 1, "a")).unwrap();
    let (store, report) = import(format!("{text}\n"));
    assert!(store.rows.is_empty());
    assert_eq!(report.skipped.len(), text.lines().count());
}

#[test]
fn lists_and_numbers_are_no_records() {
    let (_, report) = import(format!("[1]\n42\n\n{}\nnull\n", user("u-1", 1, "a")));
    let skipped: Vec<_> = report.skipped.iter().map(|it| it.line).collect();
    assert_eq!(skipped, [1, 2, 5]);
    assert!(report.skipped[0].reason.contains("list"));
    assert_eq!(report.totals.messages, 1);
}

#[test]
fn nul_escapes_carriage_returns_and_marks_survive() {
    let record = user("u-1", 1, "a\u{0}b\u{1b}[1m\u{2028}");
    let (store, report) = import(format!("\u{feff}{record}\r\n{}\r\n", user("u-2", 2, "b")));
    assert_eq!(store.message("u-1").value("text"), Some(&json!("a\u{0}b\u{1b}[1m\u{2028}")));
    assert_eq!((report.totals.messages, report.skipped.len()), (2, 0));
}

#[test]
fn records_without_any_name_are_counted() {
    let (store, report) = import("{\"type\":\"user\"}\n{}\n{\"type\":7}\n");
    assert!(store.rows.is_empty());
    assert_eq!(json!(report.totals.left_out), json!({"user": 1, "(no type)": 2}));
}

#[test]
fn fields_of_the_wrong_type_lose_nothing_else() {
    let mut record = user("u-1", 1, "a");
    record["cwd"] = json!(["not", "text"]);
    record["timestamp"] = json!({"no": "time"});
    record["gitBranch"] = json!(7);
    record["message"]["content"] = json!({"type": "text", "text": "odd"});
    let (store, _) = import(lines(&[record]));
    let row = store.message("u-1");
    assert_eq!(row.value("text"), Some(&json!("odd")));
    assert!(row.cell("created_at").is_none());
    assert!(store.session().cell("cwd").is_none());
    let id = driftline_core::Id::imported(0, &["claude-code", "message", SESSION, "u-1"]);
    assert!(store.rows.contains_key(&("messages", id)), "an id without a time");
}

#[test]
fn a_key_that_stands_twice_means_its_last_value() {
    let line = format!("{{\"uuid\":\"x\",{}\n", &user("u-1", 1, "a").to_string()[1..]);
    assert!(import(line).0.find("u-1").is_some());
}

#[test]
fn far_times_are_no_trouble() {
    let times = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon", ""];
    for time in times {
        let mut record = assistant("u-1", 1, "a");
        record["timestamp"] = json!(time);
        let mut title = json!({"type": "ai-title", "sessionId": SESSION, "aiTitle": "t"});
        title["timestamp"] = json!(time);
        let (store, report) = import(lines(&[title, record]));
        assert_eq!(report.totals.messages, 1, "{time}");
        let name = store.session().cell("name").unwrap();
        assert_eq!(name.stamp.millis() >> 41, 3, "a time never leaks into the rank");
    }
}
