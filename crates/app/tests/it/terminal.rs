//! What agents and people wrote, in every command that shows it: it never drives the
//! terminal, neither through a pipe nor on a terminal, where this program has colours.

use serde_json::{Value, json};

use crate::common::{Place, Ran};

const SESSION: &str = "00000000-2222-4000-8000-000000000000";

/// One of each that a terminal acts on, or that shows letters where they are not.
const HOSTILE: [&str; 17] = [
    "\u{1b}[2J\u{1b}[1;1H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;b3duZWQ=\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}[31mred",
    "\u{1b}Pq\u{1b}\\",
    "over\rwritten",
    "\u{7}",
    "\u{8}\u{8}",
    "\u{9b}2J",
    "\u{9d}52;c;eA==\u{9c}",
    "\u{90}q\u{9c}",
    "\u{202e}txt.exe\u{202c}",
    "\u{2066}x\u{2069}",
    "\u{b}\u{c}\u{85}\u{2028}",
    "\u{7f}\u{200f}\u{61c}\u{feff}",
    "\u{200b}\u{2060}\u{ad}\u{3164}\u{fe00}\u{e0101}\u{e0041}",
];

fn hostile() -> String {
    HOSTILE.map(|it| format!("word{it}word")).join(" ")
}

/// What is left of a text when this program's own colours are taken out.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find('m').filter(|it| {
            let own = ["0", "1", "2", "31", "32", "36", "1;33"];
            own.contains(&&after[..*it])
        });
        // Anything else is none of this program's and is found below.
        rest = match end {
            Some(end) => &after[end + 1..],
            None => {
                out.push('\u{1b}');
                after
            }
        };
    }
    out + rest
}

fn assert_harmless(words: &[&str], text: &str) {
    let drives = |it: char| {
        (it.is_control() && it != '\n')
            || matches!(it,
                '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}' | '\u{feff}'
                | '\u{e0000}'..='\u{e0fff}')
    };
    assert!(!text.contains(drives), "{words:?}: {text:?}");
}

fn assert_all_harmless(words: &[&str], ran: &Ran) {
    assert_eq!(ran.code, 0, "{words:?}: {ran:?}");
    assert_harmless(words, &ran.stdout);
    assert_harmless(words, &ran.stderr);
}

/// A profile in which all that was written is hostile; the session, a message, a note.
fn world() -> (Place, [String; 3]) {
    let place = Place::new();
    let evil = format!("{}\u{0}", hostile());
    let record = |name: &str, parent: Option<&str>, role: &str, content: Value| {
        let record = json!({
            "parentUuid": parent, "isSidechain": false, "cwd": format!("/src/{evil}"),
            "sessionId": SESSION, "type": role, "uuid": name, "gitBranch": evil,
            "timestamp": "2026-11-02T10:00:00.000Z",
            "message": {"role": role, "content": content, "model": evil},
        });
        format!("{record}\n")
    };
    let mut lines = record("a1", None, "user", json!(format!("needle {evil}")));
    let input = json!({"command": evil, "description": evil, "file_path": evil});
    let call = json!([{"type": "tool_use", "id": "t1", "name": evil, "input": input}]);
    lines += &record("a2", Some("a1"), "assistant", call);
    let answer = json!([{"type": "tool_result", "tool_use_id": "t1", "is_error": true,
        "content": evil}]);
    lines += &record("a3", Some("a2"), "user", answer);
    let said = json!([{"type": "text", "text": format!("needle {evil}\n```\n{evil}\n```")},
        {"type": "thinking", "thinking": evil}, {"type": evil, "x": evil}]);
    lines += &record("a4", Some("a3"), "assistant", said);
    place.transcript(&format!("{SESSION}.jsonl"), &lines);
    place.import("A");
    // No argument can hold a NUL: that is in the transcript alone.
    let evil = hostile();
    let session = place.id("A", "sessions", &format!("external_id={SESSION}"));
    let message = place.id("A", "messages", "external_id=a4");
    for name in ["needle first", "needle second"] {
        place.ok("A", &["set", "sessions", &session, &format!("name={name} {evil}")]);
    }
    place.ok("A", &["comment", &session, &format!("needle {evil}")]);
    place.ok("A", &["comment", &message, &format!("needle {evil}")]);
    place.ok("A", &["inbox", "add", &format!("needle {evil}"), "--body", &evil]);
    let note = place.json("A", &["list", "inbox", "--limit", "1"])[0]["id"].clone();
    (place, [session, message, note.as_str().unwrap().to_owned()])
}

fn commands([session, message, note]: &[String; 3]) -> Vec<Vec<&str>> {
    vec![
        vec!["show", session],
        vec!["show", message],
        vec!["show", session, "--all"],
        vec!["show", session, "--format", "markdown"],
        vec!["export", session],
        vec!["search", "needle"],
        vec!["search", "word"],
        vec!["sessions"],
        vec!["sessions", "needle"],
        vec!["comment", session],
        vec!["inbox"],
        vec!["workspaces"],
        vec!["why", session],
        vec!["why", message],
        vec!["why", note],
        vec!["history", session],
        vec!["list", "sessions"],
        vec!["list", "messages"],
        vec!["list", "comments"],
        vec!["get", "sessions", session],
        vec!["get", "messages", message],
        vec!["overview"],
    ]
}

#[test]
fn no_command_lets_what_was_written_drive_a_terminal_through_a_pipe() {
    let (place, ids) = world();
    for words in commands(&ids) {
        for json in [false, true] {
            let words: Vec<_> = words.iter().copied().chain(json.then_some("--json")).collect();
            assert_all_harmless(&words, &place.run("A", &words));
        }
    }
    let shown = place.ok("A", &["show", &ids[0]]);
    assert!(shown.contains("needle word\u{fffd}[2J"), "what it was can be seen: {shown}");
    for words in [["show", &hostile()], ["search", &format!("before:{}", hostile())]] {
        assert_harmless(&words, &place.run("A", &words).stderr);
    }
}

/// A terminal is made by `script`, which Linux distributions install with their base.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_nothing_but_colours_of_this_program_is_added() {
    let script = ["/usr/bin/script", "/bin/script"].into_iter().find(|it| exists(it));
    let script = script.expect("install `script`: it is in Debian's bsdutils, else in util-linux");
    let (place, ids) = world();
    let mut coloured = false;
    for words in commands(&ids) {
        let inner = place.command("A", &words);
        let quoted = |it: &std::ffi::OsStr| format!("'{}'", it.to_str().unwrap());
        let line: Vec<_> =
            std::iter::once(inner.get_program()).chain(inner.get_args()).map(quoted).collect();
        let mut outer = std::process::Command::new(script);
        outer.env_clear().env("HOME", place.path("home")).env("TERM", "xterm");
        outer.current_dir(place.path("")).stdin(std::process::Stdio::null());
        // Progress draws its line again and again; all else on stderr is the same in a pipe.
        let line = format!("{} 2>/dev/null", line.join(" "));
        outer.args(["-q", "-e", "-c", &line, "/dev/null"]);
        let output = outer.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{words:?}: {text}");
        // The terminal itself ends each line so.
        let text = text.replace("\r\n", "\n");
        let plain = without_colours(&text);
        coloured |= plain.len() < text.len();
        assert_harmless(&words, &plain);
    }
    assert!(coloured, "this was no terminal");
}

#[cfg(target_os = "linux")]
fn exists(path: &str) -> bool {
    std::path::Path::new(path).exists()
}
