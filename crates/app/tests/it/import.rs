//! Bringing in transcripts.

use std::fs;

use driftline_testing::line;

use crate::common::{Place, session_name};
use serde_json::json;

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
fn likely_secrets_are_replaced_counted_and_shown_when_asked_for() {
    let place = Place::new();
    let token = format!("ghp_{}", "a1B2c3".repeat(6));
    let said = line(0, 0).replace("Message 0", &format!("Use {token} for message 0"));
    place.transcript("a.jsonl", &[said.clone(), line(0, 1)].concat());
    let home = place.path("home").to_str().unwrap().to_owned();
    let told = place.ok("A", &["import", "--from", &home]);
    assert!(told.contains("1 likely secret replaced: 1 github-token."), "{told}");
    let shown = place.json("A", &["config", "show"]);
    assert!(shown.to_string().contains("redact"), "what is done with secrets is none: {shown}");

    let session = place.json("A", &["list", "sessions"])[0]["id"].as_str().unwrap().to_owned();
    for words in [&["show", &session][..], &["search", "message"], &["list", "messages"]] {
        let text = place.ok("A", words);
        assert!(!text.contains("ghp_"), "{words:?}: {text}");
    }
    assert!(place.ok("A", &["show", &session]).contains("[secret: github-token]"));
    assert_eq!(place.ok("A", &["show", &session, "--raw"]), [said, line(0, 1)].concat());
    let records = place.json("A", &["show", &session, "--raw"]);
    let record = records[0]["raw"].as_str().unwrap();
    assert!(record.contains(&token) && records.as_array().unwrap().len() == 2);
    let mine = place.json("A", &["add", "sessions", "name=By hand"]);
    let (code, why) = place.fails("A", &["show", mine["id"].as_str().unwrap(), "--raw"]);
    assert!(code == 1 && why.contains("the device that read the transcript"), "{why}");

    place.ok("B", &["config", "set", "import.secrets", "keep"]);
    let report = place.json("B", &["import", "--from", &home]);
    assert_eq!(report["totals"]["secrets"], json!({}));
    assert!(place.ok("B", &["show", &session]).contains(&token));
}

#[test]
fn a_path_is_a_folder_or_one_transcript() {
    let place = Place::new();
    place.transcripts(2, 2);
    let all = place.json("A", &["import", "home"]);
    assert_eq!(all["totals"]["files"], 2);
    let path = place.path("home/.claude/projects/-work-engine");
    let path = path.join(format!("{}.jsonl", session_name(1)));
    // Elsewhere it is still told whose it is.
    fs::copy(&path, place.path("one.jsonl")).unwrap();
    let one = place.json("B", &["import", "one.jsonl"]);
    assert_eq!(
        (&one["files"][0]["tool"], &one["totals"]["messages"]),
        (&json!("claude-code"), &json!(2))
    );
    place.json("B", &["import", "home"]);
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
    fs::write(place.path("x.jsonl"), "{}\n").unwrap();
    fs::write(place.path("x.txt"), "hello").unwrap();
    for (words, says) in [
        (&["import", "x.jsonl"][..], "neither an export file nor a transcript of Claude Code,"),
        (&["import", "x.txt"], "neither an export file nor a transcript"),
        (&["import", "one.jsonl", "--agent", "kimi"], "neither an export file nor a transcript"),
        (&["import", "one.jsonl", "--watch"], "a file is imported once"),
        (&["import", "gone.jsonl"], "there is no file or folder gone.jsonl"),
        (&["import", "home", "--from", "home"], "cannot be used with"),
    ] {
        let (code, told) = place.fails("B", words);
        assert!(code != 1 && told.contains(says), "{words:?}: {code} {told}");
    }
}

#[test]
fn agents_are_listed_with_what_is_here_of_each() {
    let place = Place::new();
    let (code, said) = (place.run("A", &["agents"]).code, place.ok("A", &["agents"]));
    assert!(code == 0 && said.starts_with("Nothing found of Claude Code, Cline,"), "{said}");
    place.transcripts(2, 2);
    let cursor = place.path("home/.cursor/chats/1");
    fs::create_dir_all(&cursor).unwrap();
    fs::write(cursor.join("store.db"), "{}").unwrap();
    let of = |tool: &str| {
        let all = place.json("A", &["agents"]);
        all.as_array().unwrap().iter().find(|it| it["tool"] == tool).cloned().unwrap()
    };
    let claude = of("claude-code");
    assert_eq!((&claude["found"], &claude["imported"]), (&json!(2), &json!(0)), "{claude}");
    assert_eq!((&claude["keeps_days"], &claude["last_at"]), (&json!(30), &json!(null)));
    let folder = place.path("home/.claude/projects");
    assert_eq!(claude["places"][0], folder.to_str().unwrap());
    place.ok("A", &["import"]);
    place.transcript("torn.jsonl", "");
    fs::remove_file(folder.join("-work-engine/torn.jsonl")).unwrap();
    fs::create_dir(folder.join("-work-engine/torn.jsonl")).unwrap();
    let claude = of("claude-code");
    assert_eq!((&claude["found"], &claude["imported"]), (&json!(2), &json!(2)));
    assert!(claude["last_at"].is_u64(), "{claude}");
    assert!(claude["problems"][0]["reason"].as_str().unwrap().contains("a folder"), "{claude}");
    let other = of("cursor-cli");
    assert_eq!((&other["found"], &other["is_read"]), (&json!(1), &json!(false)));
    assert_eq!(of("codex")["found"], 0);
    let said = place.ok("A", &["agents"]);
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[1].starts_with("Claude Code") && lines[1].contains("30 days"), "{said}");
    assert!(lines[2].starts_with("Cursor") && lines[2].contains("not read yet"), "{said}");
}
