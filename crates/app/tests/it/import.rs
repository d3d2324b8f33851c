//! Bringing in transcripts.

use std::fs;

use crate::common::{Place, line, message_name, session_name, snapshot};
use serde_json::json;

#[test]
fn tells_of_each_file_and_of_all() {
    let place = Place::new();
    place.transcripts(3, 10);
    let report = place.import("A");
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    for file in files {
        assert!(file["path"].as_str().unwrap().ends_with(".jsonl"));
        assert_eq!(file["tool"], "claude-code");
        assert_eq!(file["sessions"], 1);
        assert_eq!(file["messages"], 10);
        assert_eq!(file["roles"], json!({ "user": 5, "assistant": 5 }));
        assert_eq!(file["tool_calls"], 0);
        assert_eq!(file["skipped"], json!([]));
    }
    let totals = &report["totals"];
    assert_eq!(totals["files"], 3);
    assert_eq!(totals["sessions"], 3);
    assert_eq!(totals["messages"], 30);
    assert_eq!(totals["roles"], json!({ "user": 15, "assistant": 15 }));
    assert_eq!(totals["skipped"], 0);
    // The sessions, the messages, and the folder that all of them are in.
    assert_eq!((&totals["new"], &totals["grown"]), (&json!(34), &json!(0)));
    assert_eq!(report["problems"], json!([]));
}

#[test]
fn an_imported_session_is_found_by_what_follows_the_zeros_of_its_id() {
    let place = Place::new();
    place.transcripts(1, 2);
    place.import("A");
    let session = &place.json("A", &["list", "sessions"])[0];
    let id = session["id"].as_str().unwrap();
    let short = id.strip_prefix("00000000-0000-").unwrap();
    assert_eq!(&place.json("A", &["get", "sessions", &short[..8]]), session);
}

#[test]
fn importing_again_changes_and_queues_nothing() {
    let place = Place::new();
    place.transcripts(3, 10);
    place.share("A");
    place.import("A");
    place.ok("A", &["sync"]);
    let (digest, before) = (place.json("A", &["digest"]), snapshot(&place.path("home")));
    let again = place.import("A");
    assert_eq!((&again["totals"]["new"], &again["totals"]["grown"]), (&json!(0), &json!(0)));
    assert_eq!(again["totals"]["messages"], 30, "counts are those of the whole files");
    assert!(again["files"].as_array().unwrap().iter().all(|it| it["unchanged"] == true));
    assert_eq!(place.json("A", &["status"])["waiting"], 0);
    assert_eq!(place.json("A", &["digest"]), digest);
    assert_eq!(snapshot(&place.path("home")), before, "an agent's files are never written");
}

#[test]
fn a_file_that_grew_gives_what_is_new() {
    let place = Place::new();
    let lines: Vec<String> = (0..6).map(|it| line(0, it)).collect();
    let half = &lines[5][..40];
    place.transcript("a.jsonl", &format!("{}{half}", lines[..5].concat()));
    let first = place.import("A");
    assert_eq!(first["totals"]["messages"], 5);
    assert_eq!(first["files"][0]["incomplete_tail"], true);
    place.transcript("a.jsonl", &lines.concat());
    let second = place.import("A");
    assert_eq!((&second["totals"]["new"], &second["totals"]["messages"]), (&json!(1), &json!(6)));
    place.import("B");
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]), "in pieces or whole");
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let place = Place::new();
    place.transcripts(1, 4);
    place.transcript("broken.jsonl", &format!("{}not json\n{}", line(7, 0), line(7, 1)));
    place.transcript("fine.jsonl", &line(8, 0));
    let folder = place.path("home/.claude/projects/-work-engine");
    fs::write(folder.join("bytes.jsonl"), b"\xff\xfe\x00\xc3(\n").unwrap();
    fs::create_dir(folder.join("folder.jsonl")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
        let pipe = folder.join("pipe.jsonl");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
    }
    let report = place.import("A");
    assert_eq!(report["totals"]["messages"], 7);
    let file = |name: &str| {
        let mut files = report["files"].as_array().unwrap().iter();
        files.find(|it| it["path"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };
    let skipped = &file("broken.jsonl")["skipped"];
    assert_eq!((skipped.as_array().unwrap().len(), &skipped[0]["line"]), (1, &json!(2)));
    assert!(!skipped[0]["reason"].as_str().unwrap().is_empty());
    let problems = report["problems"].to_string();
    for name in ["pipe.jsonl", "folder.jsonl", "loop"] {
        assert!(!cfg!(unix) || problems.contains(name), "{name}: {problems}");
    }
    let told = place.run("B", &["import", "--from", "home"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("broken.jsonl:2"), "{told:?}");
}

#[test]
fn a_name_finds_its_session_in_another_file() {
    let place = Place::new();
    let summary =
        json!({ "type": "summary", "summary": "Fix the parser", "leafUuid": message_name(3, 1) });
    place.transcript("a.jsonl", &format!("{summary}\n"));
    place.import("A");
    assert_eq!(place.json("A", &["list", "sessions"]), json!([]));
    place.transcript("b.jsonl", &[line(3, 0), line(3, 1)].concat());
    place.import("A");
    let sessions = place.json("A", &["list", "sessions"]);
    assert_eq!(sessions[0]["name"], "Fix the parser");
    assert_eq!(sessions[0]["external_id"], session_name(3));
    place.import("A");
    place.import("B");
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]), "in any order");
}

#[test]
fn a_persons_edits_stand_over_an_import() {
    let place = Place::new();
    place.transcript("a.jsonl", &line(0, 0));
    place.import("A");
    let id = place.id("A", "sessions", "source=claude-code");
    place.ok("A", &["set", "sessions", &id, "name=Mine", "pinned=true"]);
    let message = place.id("A", "messages", "role=user");
    place.ok("A", &["rm", "messages", &message]);
    place.transcript("a.jsonl", &[line(0, 0), line(0, 1)].concat());
    let report = place.import("A");
    assert_eq!(report["totals"]["new"], 1);
    let row = place.json("A", &["get", "sessions", &id]);
    assert_eq!((&row["name"], &row["pinned"]), (&json!("Mine"), &json!(true)));
    assert_eq!(place.json("A", &["list", "messages"]).as_array().unwrap().len(), 1);
}

#[test]
fn looks_where_the_agent_was_told_to_write() {
    let place = Place::new();
    place.transcripts(1, 2);
    let shown = place.json("A", &[]);
    assert_eq!(shown["transcripts"], json!({ "found": 1, "new": 1 }));
    fs::rename(place.path("home/.claude"), place.path("elsewhere")).unwrap();
    assert_eq!(place.json("A", &["import"])["totals"]["files"], 0);
    let mut command = place.command("A", &["import", "--json"]);
    let output = command.env("CLAUDE_CONFIG_DIR", place.path("elsewhere")).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["messages"], 2);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let place = Place::new();
    let (code, message) = place.fails("A", &["import", "--from", "nowhere"]);
    assert_eq!(code, 2);
    assert!(message.contains("nowhere") && message.contains("--from"), "{message}");
}

#[test]
fn where_a_folder_is_on_this_device_is_its_owners_to_say() {
    let place = Place::new();
    place.transcripts(1, 4);
    place.import("A");
    let workspace = place.json("A", &["list", "workspaces"])[0]["id"].as_str().unwrap().to_owned();
    place.ok("A", &["set", "workspaces", &workspace, "here=/srv/engine"]);
    // A new session of the same folder.
    place.transcripts(2, 4);
    place.import("A");
    let row = place.json("A", &["get", "workspaces", &workspace]);
    assert_eq!(row["here"], "/srv/engine", "{row}");
    assert_eq!(place.json("A", &["list", "sessions"]).as_array().unwrap().len(), 2);
}
