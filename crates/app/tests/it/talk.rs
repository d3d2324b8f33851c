//! Reading sessions, commenting on them and taking them elsewhere, with the real program.

use std::fs;

use serde_json::{Value, json};

use crate::common::{self, Place};

const SESSION: &str = "00000000-1111-4000-8000-000000000000";

/// A transcript in which everything tries to get out of its place.
fn hostile() -> Place {
    let place = Place::new();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}<script>alert(1)</script>";
    let record = |name: &str, parent: Option<&str>, role: &str, content: Value| {
        let record = json!({
            "parentUuid": parent, "isSidechain": false, "cwd": format!("/src/{evil}"),
            "sessionId": SESSION, "type": role, "uuid": name,
            "gitBranch": evil, "timestamp": "2026-11-02T10:00:00.000Z",
            "message": {"role": role, "content": content, "model": evil},
        });
        format!("{record}\n")
    };
    let mut lines = record("a1", None, "user", json!(format!("Fix {evil} it")));
    let call = json!([{"type": "tool_use", "id": "t1", "name": evil, "input": {"command": format!("ls {evil}")}}]);
    lines += &record("a2", Some("a1"), "assistant", call);
    let result =
        json!([{"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": evil}]);
    lines += &record("a3", Some("a2"), "user", result);
    lines += &record(
        "a4",
        Some("a3"),
        "assistant",
        json!([{"type": "text", "text": format!("Done {evil}")}]),
    );
    place.transcript(&format!("{SESSION}.jsonl"), &lines);
    place.import("A");
    place
}

/// The id of the message that the agent calls `name`.
fn message(place: &Place, name: &str) -> String {
    place.id("A", "messages", &format!("external_id={name}"))
}

fn session(place: &Place) -> String {
    place.id("A", "sessions", &format!("external_id={SESSION}"))
}

fn assert_harmless(shown: &str) {
    let drives =
        |it: char| (it.is_control() && it != '\n') || ('\u{202a}'..='\u{202e}').contains(&it);
    assert!(!shown.contains(drives), "{shown:?}");
}

#[test]
fn a_session_is_read_in_a_terminal_and_never_drives_it() {
    let place = hostile();
    let id = session(&place);
    let shown = place.ok("A", &["show", &id]);
    for part in ["1 prompt, 4 messages, 1 call, 1 failed", "You  2026-11-02", "  failed", "Done "] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_harmless(&shown);
    for format in ["markdown", "json"] {
        assert_harmless(&place.ok("A", &["show", &id, "--format", format]));
    }
    let around = place.ok("A", &["show", &message(&place, "a4")]);
    assert!(around.contains("<- here"), "{around}");
}

#[test]
fn a_long_session_is_shown_from_its_end_or_around_a_message() {
    let place = Place::new();
    place.transcripts(1, 500);
    place.import("A");
    let id = place.id("A", "sessions", &format!("external_id={}", common::session_name(0)));
    let ran = place.run("A", &["show", &id]);
    assert!(ran.stdout.contains("Message 499 of") && !ran.stdout.contains("Message 299 of"));
    assert!(ran.stderr.contains("--all"), "{}", ran.stderr);
    let at = place.id("A", "messages", &format!("external_id={}", common::message_name(0, 100)));
    let around = place.ok("A", &["show", &id, "--at", &at]);
    assert!(around.contains("Message 99 of") && !around.contains("Message 400 of"));
    let all = place.run("A", &["show", &id, "--all"]);
    assert!(all.stdout.contains("Message 0 of") && all.stdout.contains("Message 499 of"));
    assert_eq!(all.stderr, "");
}

#[test]
fn what_is_not_there_is_said() {
    let place = hostile();
    let (code, error) = place.fails("A", &["show", "ffff"]);
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("ffff"), "{error}");
    let (code, _) = place.fails("A", &["show", "00000000-0000-7000-8000-000000000009"]);
    assert_eq!(code, 3);
    let id = session(&place);
    place.ok("A", &["rm", "sessions", &id]);
    let (code, _) = place.fails("A", &["export", &id]);
    assert_eq!(code, 3);
}

#[test]
fn a_session_becomes_a_file_and_no_file_is_replaced() {
    let place = hostile();
    let id = session(&place);
    place.ok("A", &["export", &id, "--format", "json", "--output", "talk.json"]);
    let file: Value = serde_json::from_slice(&fs::read(place.path("talk.json")).unwrap()).unwrap();
    assert_eq!(file["format"], "driftline-session");
    assert_eq!(file["messages"].as_array().unwrap().len(), 4);
    let (code, error) = place.fails("A", &["export", &id, "--output", "talk.json"]);
    assert_eq!(code, 2);
    assert!(error.contains("is there already"), "{error}");
    let brief = place.ok("A", &["export", &id, "--brief"]);
    assert!(brief.contains("## You") && brief.len() < place.ok("A", &["export", &id]).len());
}

#[test]
fn comments_are_threads_that_are_settled_and_opened_again() {
    let place = hostile();
    let (id, about) = (session(&place), message(&place, "a4"));
    let first = place.ok("A", &["comment", &about, "Why so?", "--as", "Ada"]);
    place.ok("A", &["comment", &id, "Good \u{1b}[2Jwork"]);
    let list = place.json("A", &["comment", &id]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[1]["message"], Value::from(about.as_str()));
    assert_eq!(list[1]["comments"][0]["author"], "Ada");
    assert_harmless(&place.ok("A", &["comment"]));
    assert!(place.ok("A", &["show", &id]).contains("Why so?"));

    place.ok("A", &["comment", "--resolve", first.trim()]);
    assert_eq!(place.json("A", &["comment"]).as_array().unwrap().len(), 1);
    assert_eq!(place.json("A", &["comment", &about])[0]["resolved"], true);
    place.ok("A", &["comment", "--reopen", first.trim()]);
    assert_eq!(place.json("A", &["comment"]).as_array().unwrap().len(), 2);
    assert_eq!(place.fails("A", &["comment", &id, " "]).0, 2);
    assert_eq!(place.fails("A", &["comment", "--resolve", "ffff"]).0, 3);
}

#[test]
fn what_a_sub_agent_was_told_is_a_task_and_not_said_by_the_person() {
    let place = Place::new();
    let record = |name: &str, agent: Option<&str>, role: &str, content: Value| {
        let mut record = json!({
            "parentUuid": null, "isSidechain": agent.is_some(), "cwd": "/src",
            "sessionId": SESSION, "type": role, "uuid": name,
            "timestamp": "2026-11-02T10:00:00.000Z",
            "message": {"role": role, "content": content, "model": "large"},
        });
        if let Some(agent) = agent {
            record["agentId"] = agent.into();
        }
        format!("{record}\n")
    };
    let call = json!([{"type": "tool_use", "id": "t1", "name": "Task",
        "input": {"prompt": "Look through all of it", "description": "Look"}}]);
    let mut lines = record("m1", None, "user", json!("Find the place"));
    lines += &record("m2", None, "assistant", call);
    lines += &record("x1", Some("a1"), "user", json!("Look through all of it"));
    lines += &record("x2", Some("a1"), "assistant", json!([{"type": "text", "text": "Found"}]));
    place.transcript(&format!("{SESSION}.jsonl"), &lines);
    place.import("A");
    let shown = place.ok("A", &["show", &message(&place, "x1")]);
    assert!(shown.contains("Task from the agent  2026-11-02"), "{shown}");
    assert!(!shown.contains("You  "), "{shown}");
    let shown = place.ok("A", &["show", &session(&place)]);
    assert!(shown.contains("You  2026-11-02"), "{shown}");
    let markdown = place.ok("A", &["export", &session(&place)]);
    assert!(markdown.contains("Task from the agent, "), "{markdown}");
    assert_eq!(markdown.matches("## You, ").count(), 1, "{markdown}");
}
