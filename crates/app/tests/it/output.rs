//! What reaches a terminal, a pipe, and a person who does not know what to type.

use std::{io::Read, process::Stdio};

use crate::common::{Place, line};
use serde_json::json;

/// Escapes, a screen cleared by one byte, and letters in another order.
const HOSTILE: &str = "a\u{1b}]0;owned\u{7}b\u{9b}2Jc\u{202e}txt.exe\u{2066}d\u{7f}e\rf";

fn assert_harmless(text: &str) {
    let harmful = |it: char| {
        (it.is_control() && it != '\n' && it != '\t')
            || matches!(it,
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}')
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

/// A hundred texts that would clear a screen, rename a window, write to the clipboard,
/// answer for the person, hide what follows or show letters in another order.
fn payloads() -> Vec<String> {
    let openers =
        ["\u{1b}[", "\u{9b}", "\u{1b}]", "\u{9d}", "\u{1b}P", "\u{90}", "\u{1b}_", "\u{1b}"];
    let tails = [
        "2J",
        "0;owned\u{7}",
        "52;c;b3duZWQ=\u{1b}\\",
        "6n",
        "?1049h",
        "31mred",
        "8;;http://x\u{9c}",
        "c",
        "#8",
        "1;1H",
    ];
    let pairs =
        openers.iter().flat_map(|open| tails.iter().map(move |tail| format!("{open}{tail}")));
    let alone = [
        "\u{0}",
        "\u{7}",
        "\u{8}\u{8}\u{8}",
        "a\rb",
        "\u{b}",
        "\u{c}",
        "\u{e}",
        "\u{7f}",
        "\u{85}",
        "\u{202e}txt",
        "\u{2066}x\u{2069}",
        "\u{200f}",
        "\u{61c}",
        "\u{feff}",
        "\u{2028}",
        "\u{fff9}x\u{fffb}",
        "\u{e0041}",
        "\u{206a}",
        "\u{1}\u{2}\u{3}",
        "\u{1b}\u{1b}[[A",
    ];
    pairs.chain(alone.iter().map(ToString::to_string)).collect()
}

/// Commands that show what came from elsewhere.
fn commands<'a>(session: &'a str, note: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["list", "sessions"],
        vec!["list", "messages"],
        vec!["list", "workspaces"],
        vec!["get", "inbox", note],
        vec!["why", session],
        vec!["why", note],
        vec!["history", note],
        vec!["conflicts", "list", "--all"],
        vec!["conflicts", "folds"],
        vec!["inbox"],
        vec!["workspaces"],
        vec!["status"],
        vec!["digest"],
        vec!["retry"],
        vec!["config", "show"],
        vec!["import", "--from", "home"],
    ]
}

#[test]
fn a_hundred_hostile_texts_reach_no_terminal_by_any_command() {
    let place = Place::new();
    let payloads = payloads();
    assert_eq!(payloads.len(), 100);
    for (number, text) in payloads.iter().enumerate() {
        let mut record: serde_json::Value = serde_json::from_str(&line(number, 0)).unwrap();
        record["message"]["content"][0]["text"] = format!("x{text}y").into();
        record["cwd"] = format!("/src/{text}").into();
        record["gitBranch"] = text.as_str().into();
        place.transcript(&format!("{number}.jsonl"), &format!("{record}\n"));
    }
    place.import("A");
    assert_eq!(place.json("A", &["status"])["counts"]["sessions"], 100);
    // What no argument can hold is in the transcripts.
    let all = payloads.concat().replace('\0', "");
    let note = place.ok("A", &["add", "inbox", &format!("title={all}"), &format!("kind={all}")]);
    place.ok("A", &["set", "inbox", note.trim(), &format!("title=other {all}")]);
    let session = place.json("A", &["list", "sessions", "--limit", "1"])[0]["id"].clone();
    let session = session.as_str().unwrap();
    for words in commands(session, note.trim()) {
        for json in [false, true] {
            let words: Vec<_> = words.iter().copied().chain(json.then_some("--json")).collect();
            let ran = place.run("A", &words);
            assert_eq!(ran.code, 0, "{words:?}: {ran:?}");
            assert_harmless(&ran.stdout);
            assert_harmless(&ran.stderr);
        }
    }
    for text in payloads.iter().filter(|it| !it.contains('\0')) {
        assert_harmless(&place.run("A", &["why", text]).stderr);
    }
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
fn the_version_is_told_with_the_name() {
    let place = Place::new();
    assert!(place.ok("A", &["--version"]).starts_with("driftline "));
}
