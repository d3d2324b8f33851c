//! What people read, as snapshots in `snapshots/`: the help of every command, what commands
//! show of rows, and every error with what it says to do next. CONTRIBUTING.md says how they
//! are taken again.
#![cfg(unix)]

use crate::common::{Place, Ran};
use driftline_testing::redact;
use serde_json::Value;

/// What a run printed and said, with its exit code.
fn shown(place: &Place, profile: &str, words: &[&str]) -> String {
    let output = place.command(profile, words).env("TZ", "UTC").output().unwrap();
    let Ran { code, stdout, stderr } = Ran::of(output);
    let ended = if code == 0 { String::new() } else { format!("[exit code {code}]\n") };
    redact(&format!("$ driftline {}\n{stdout}{stderr}{ended}", words.join(" ")))
}

/// Holds what these commands show to the snapshot of this name.
#[track_caller]
fn hold(name: &str, place: &Place, all: &[&[&str]]) {
    let texts: Vec<_> = all.iter().map(|words| shown(place, "A", words)).collect();
    insta::assert_snapshot!(name, texts.join("\n"));
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|it| *it != "Commands:").skip(1);
    let lines = lines.take_while(|it| it.starts_with("  ")).filter(|it| !it.starts_with("   "));
    let names = lines.filter_map(|it| it.split_whitespace().next());
    names.filter(|it| *it != "help").map(str::to_owned).collect()
}

#[test]
fn the_help_of_every_command() {
    let place = Place::new();
    let help = |words: &[&str]| shown(&place, "A", &[words, &["--help"]].concat());
    let whole = help(&[]);
    let commands = listed(&whole);
    assert!(commands.len() > 30, "{commands:?}");
    insta::assert_snapshot!("help", whole);
    for command in &commands {
        let mut all = vec![help(&[command])];
        let inner = listed(&all[0]);
        all.extend(inner.iter().map(|it| help(&[command, it])));
        insta::assert_snapshot!(format!("help-{command}"), all.join("\n"));
    }
}

#[test]
fn an_empty_profile() {
    let commands: [&[&str]; 12] = [
        &["overview"],
        &["status"],
        &["sessions"],
        &["workspaces"],
        &["inbox"],
        &["list", "sessions"],
        &["conflicts"],
        &["conflicts", "folds"],
        &["backup", "list"],
        &["retry"],
        &["exclude"],
        &["status", "--json"],
    ];
    hold("empty", &Place::new(), &commands);
}

#[test]
fn sessions_and_messages() {
    let place = Place::new();
    place.transcripts(2, 4);
    place.share("A");
    place.import("A");
    let session = place.json("A", &["sessions"])[0]["id"].as_str().unwrap().to_owned();
    place.ok("A", &["set", "sessions", &session, "name=The parser", "pinned=true"]);
    place.ok("A", &["comment", &session, "Why so?", "--as", "Ada"]);
    let commands: [&[&str]; 13] = [
        &["status"],
        &["sessions"],
        &["workspaces"],
        &["list", "sessions", "--order", "name", "--limit", "1"],
        &["list", "messages", "--order", "created_at", "--limit", "2"],
        &["get", "sessions", &session],
        &["show", &session],
        &["show", &session, "--format", "markdown"],
        &["comment", &session],
        &["search", "message 3", "in:reply"],
        &["why", &session],
        &["import", "--from", "home"],
        &["sync"],
    ];
    hold("sessions", &place, &commands);
}

#[test]
fn conflicts_and_what_was_folded() {
    let place = Place::new();
    for (profile, name) in [("A", "Engine"), ("B", "Notes")] {
        place.share(profile);
        place.ok(profile, &["add", "workspaces", "path=/src", &format!("name={name}")]);
    }
    let id = place.ok("A", &["add", "inbox", "title=first"]);
    let id = id.trim();
    for profile in ["A", "B", "A"] {
        place.ok(profile, &["sync"]);
    }
    place.ok("A", &["set", "inbox", id, "title=older"]);
    place.ok("B", &["set", "inbox", id, "title=newer"]);
    for profile in ["B", "A", "B"] {
        place.ok(profile, &["sync"]);
    }
    let number = place.json("A", &["conflicts"])[0]["log_id"].to_string();
    let before: [&[&str]; 6] = [
        &["conflicts"],
        &["conflicts", "folds"],
        &["inbox"],
        &["history", id],
        &["why", id],
        &["status"],
    ];
    hold("conflicts", &place, &before);
    let after: [&[&str]; 4] =
        [&["conflicts", "restore", &number], &["get", "inbox", id], &["conflicts"], &["sync"]];
    hold("conflicts-restored", &place, &after);
    place.ok("B", &["sync"]);
    assert_eq!(place.json("B", &["get", "inbox", id])["title"], "older");
}

#[test]
fn errors_with_what_to_do_next() {
    let place = Place::new();
    place.ok("A", &["add", "workspaces", "path=/a"]);
    std::fs::write(place.path("garbage.db"), "not a database".repeat(500)).unwrap();
    let nothing = "0193ab40-1c2d-7000-8000-0123456789ab";
    let mistakes: [&[&str]; 38] = [
        &["frobnicate"],
        &["list", "sesions"],
        &["add", "inbox"],
        &["add", "inbox", "titel=x"],
        &["add", "inbox", "title"],
        &["add", "inbox", "read_at=soon"],
        &["add", "workspaces", "path=/b", "pinned=yes"],
        &["add", "workspaces", "path=/b", "path=/c"],
        &["add", "workspaces", "path=/a/"],
        &["list", "inbox", "--where", "titel=x"],
        &["list", "inbox", "--order", "titel"],
        &["get", "inbox", "zzz"],
        &["get", "inbox", "abc"],
        &["set", "workspaces", "abc", "pinned=true"],
        &["rm", "inbox", nothing],
        &["show", "ffff"],
        &["why", "no id"],
        &["search", "a", "colour:red"],
        &["search"],
        &["sessions", "tool:Bash"],
        &["sessions", "--order", "size"],
        &["sync"],
        &["sign-in"],
        &["sign-out"],
        &["account"],
        &["sign-in", "undo"],
        &["import", "--from", "nowhere"],
        &["backup", "--config", "local.backend=memory"],
        &["backup", "restore", "gone.db"],
        &["backup", "restore", "garbage.db"],
        &["config", "set", "remote.backend", "convexx"],
        &["config", "set", "remote.pth", "x"],
        &["config", "set", "path", "x"],
        &["config", "set", "sync.debounce", "2s", "remote.path"],
        &["exclude", "/other", "--remove"],
        &["conflicts", "restore", "999"],
        &["conflicts", "split", nothing],
        &["completions", "cmd"],
    ];
    hold("errors", &place, &mistakes);
    // A script is told the same in one object.
    let told = |words: &&[&str]| {
        let ran = place.run("A", &[*words, &["--json"]].concat());
        let error: Value = serde_json::from_str(&ran.stderr).ok()?;
        let code = error["error"]["code"].as_str().unwrap();
        assert!(error["error"]["message"].is_string(), "{words:?}: {error}");
        Some(format!("{} {code}: {}", ran.code, words.join(" ")))
    };
    let codes: Vec<_> = mistakes.iter().filter_map(told).collect();
    insta::assert_snapshot!("error-codes", codes.join("\n"));
    assert!(!place.path("A/driftline.toml").exists(), "a change that would be wrong is not made");
}

#[test]
fn a_config_that_is_wrong() {
    let place = Place::new();
    std::fs::create_dir(place.path("A")).unwrap();
    let text = "[remote]\nbackend = \"convexx\"\n";
    std::fs::write(place.path("A/driftline.toml"), text).unwrap();
    hold("wrong-config", &place, &[&["status"], &["config", "check"], &["status", "--json"]]);
    assert!(!place.path("A/driftline.db").exists(), "nothing was opened");
}

#[test]
fn a_transcript_that_cannot_be_read() {
    let place = Place::new();
    let line = crate::common::line;
    place.transcript("broken.jsonl", &format!("{}not json\n{}", line(7, 0), line(7, 1)));
    let folder = place.path("home/.claude/projects/-work-engine");
    std::fs::create_dir(folder.join("folder.jsonl")).unwrap();
    hold("unreadable", &place, &[&["import", "--from", "home"], &["inbox"]]);
}
