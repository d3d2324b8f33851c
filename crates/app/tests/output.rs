//! What reaches a terminal, a pipe, and a person who does not know what to type.

mod common;

use std::{io::Read, process::Stdio};

use common::{Place, line};
use serde_json::json;

/// Escapes, a screen cleared by one byte, and letters in another order.
const HOSTILE: &str = "a\u{1b}]0;owned\u{7}b\u{9b}2Jc\u{202e}txt.exe\u{2066}d\u{7f}e\rf";

fn assert_harmless(text: &str) {
    let harmful = |it: char| {
        (it.is_control() && it != '\n' && it != '\t')
            || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(harmful), "{text:?}");
}

#[test]
fn text_of_rows_does_not_drive_the_terminal() {
    let place = Place::new();
    let id = place
        .ok("A", &["add", "inbox", &format!("title={HOSTILE}"), &format!("body=x\n{HOSTILE}")]);
    for words in [
        &["list", "inbox"][..],
        &["get", "inbox", id.trim()],
        &["list", "inbox", "--json"],
        &["get", "inbox", id.trim(), "--json"],
    ] {
        let shown = place.ok("A", words);
        assert_harmless(&shown);
        assert!(shown.contains("owned"), "{shown:?}");
    }
    assert_eq!(place.json("A", &["get", "inbox", id.trim()])["title"], HOSTILE, "nothing is lost");
    let (_, message) = place.fails("A", &["get", HOSTILE, id.trim()]);
    assert_harmless(&message);
    let (_, message) = place.fails("A", &["get", "inbox", HOSTILE]);
    assert_harmless(&message);
    let table = place.ok("A", &["list", "inbox"]);
    assert_eq!(table.lines().count(), 2, "a row is a line: {table:?}");
}

#[cfg(unix)]
#[test]
fn names_of_files_do_not_drive_the_terminal() {
    let place = Place::new();
    place.transcript("a\u{1b}[2J\n.jsonl", &format!("{}junk\u{1b}[2J\n", line(0, 0)));
    let ran = place.run("A", &["import", "--from", "home"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_harmless(&ran.stderr);
    assert_harmless(&place.ok("A", &["import", "--from", "home", "--json"]));
}

#[test]
fn a_reader_that_stops_is_no_error() {
    let place = Place::new();
    let body = format!("body={}", "long ".repeat(20_000));
    for _ in 0..4 {
        place.ok("A", &["add", "inbox", "title=a", &body]);
    }
    for words in [&["list", "inbox"][..], &["list", "inbox", "--json"]] {
        let mut command = place.command("A", words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    place.ok("A", &["add", "inbox", "title=a"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = place.command("A", &["list", "inbox"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be written"));
}

#[test]
fn without_a_command_it_says_what_to_do_next() {
    let place = Place::new();
    let nothing = place.ok("A", &["overview"]);
    assert!(nothing.contains("Nothing here yet") && nothing.contains("demo"), "{nothing}");
    place.transcripts(2, 3);
    let found = place.ok("A", &["overview"]);
    assert!(found.contains("2 files, 2 not imported"), "{found}");
    assert!(found.contains("--profile A import"), "{found}");
    place.ok("A", &["import"]);
    let here = place.ok("A", &["overview"]);
    assert!(here.contains("6 messages, 2 sessions") && here.contains("all imported"), "{here}");
    let shown = place.json("A", &[]);
    assert_eq!(shown["transcripts"], json!({ "found": 2, "new": 0 }));
    assert_eq!(shown["counts"]["messages"], 6);
}

#[test]
fn the_demo_ends_with_two_equal_devices_and_leaves_nothing() {
    let place = Place::new();
    std::fs::create_dir(place.path("tmp")).unwrap();
    let output = place.command("A", &["demo"]).env("TMPDIR", place.path("tmp")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told} {:?}", output.stderr);
    for part in ["conflict", "delete", "syncs", "restores", "✓ Both devices hold the same"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(std::fs::read_dir(place.path("tmp")).unwrap().next().is_none());
    assert!(!place.path("A").exists(), "a demo opens nobody's profile");
}

#[test]
fn help_lists_commands_and_entities() {
    let place = Place::new();
    let help = place.ok("A", &["--help"]);
    for part in ["import", "sync", "restore", "sessions", "comments", "--json"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert!(place.ok("A", &["--version"]).starts_with("driftline "));
}
