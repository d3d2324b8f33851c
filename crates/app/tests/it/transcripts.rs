//! What transcripts of today hold: forks, long lines, other agents.

use std::fs;

use crate::common::{Place, Ran, line, message_name, session_name};

/// The session `session`, forked after `shared` messages: the agent copies records as they
/// are, but for the session's name.
fn forked(session: usize, shared: usize) -> String {
    let copies = (0..shared).map(|it| line(session, it)).collect::<String>();
    let own = message_name(session + 100, 0);
    let last = line(session, shared).replace(&message_name(session, shared), &own);
    (copies + &last).replace(&session_name(session), &session_name(session + 100))
}

#[test]
fn a_forked_session_shows_both_conversations_whole_on_every_device() {
    let place = Place::new();
    let name = |it| format!("{}.jsonl", session_name(it));
    place.transcript(&name(0), &(0..6).map(|it| line(0, it)).collect::<String>());
    for profile in ["A", "B"] {
        place.share(profile);
    }
    place.import("A");
    place.transcript(&name(100), &forked(0, 4));
    let report = place.import("A");
    assert_eq!(
        (&report["totals"]["sessions"], &report["totals"]["messages"]),
        (&2.into(), &11.into())
    );
    let counted = |profile: &str| {
        let sessions = place.json(profile, &["sessions"]);
        let sessions = sessions.as_array().unwrap();
        let mut all: Vec<_> = sessions.iter().map(|it| it["messages"].as_u64().unwrap()).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(counted("A"), [5, 6]);
    // Another device meets the fork first.
    let main = place.path("home/.claude/projects/-work-engine").join(name(0));
    let aside = place.path("aside.jsonl");
    fs::rename(&main, &aside).unwrap();
    place.import("B");
    fs::rename(&aside, &main).unwrap();
    place.import("B");
    assert_eq!(counted("B"), [5, 6]);
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
    for profile in ["A", "B", "A"] {
        place.ok(profile, &["sync"]);
    }
    assert_eq!(counted("A"), [5, 6]);
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
}

#[test]
fn other_agents_are_named_and_not_passed_over() {
    let place = Place::new();
    let folder = place.path("home/.cursor/chats/1");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("store.db"), "{}\n").unwrap();
    let told = place.ok("A", &["import", "--from", "home"]);
    assert!(told.contains("Cursor (command line): 1 file found, not read yet."), "{told}");
    place.transcripts(1, 2);
    fs::write(folder.join("store2.db"), "{}\n").unwrap();
    let told = place.ok("A", &["import"]);
    assert!(told.ends_with("\nCursor (command line): 2 files found, not read yet.\n"), "{told}");
    let report = place.import("A");
    assert_eq!(
        report["unread"],
        serde_json::json!([{"tool": "cursor-cli", "name": "Cursor (command line)", "files": 2}])
    );
}

#[test]
fn the_page_of_sessions_names_other_agents_once() {
    let place = Place::new();
    let folder = place.path("home/.cursor/chats/1");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("store.db"), "{}").unwrap();
    let app = place.app("A");
    let mut events = app.events();
    place.transcripts(1, 2);
    let note = "Cursor (command line): 1 file found, not read yet.";
    let said = || app.page("/sessions").body.matches(note).count();
    while said() == 0 {
        events.until("messages");
    }
    assert_eq!(said(), 1);
}

/// The system counts what a program may write to as its own: all of its memory but for what
/// is in files.
#[cfg(target_os = "linux")]
#[test]
fn an_import_takes_less_than_256_mib_whatever_a_line_holds() {
    const LONG: usize = 60 << 20;
    // As values, these would take more than ten times their length.
    const MANY: usize = LONG / 2;
    let contents = [
        ("lists", format!("[{}0]", "0,".repeat(MANY / 2))),
        ("objects", format!("[{}{{}}]", "{},".repeat(MANY / 3))),
        ("text", format!("\"{}\"", "x".repeat(LONG))),
        ("lines", format!("\"{}\"", "x\\n".repeat(LONG / 3))),
        ("medium", format!("\"{}\"", "x\\n".repeat((7 << 20) / 3))),
        ("many", format!("[{}{{}}]", "{\"a\":[]},".repeat(24_000))),
    ];
    for (name, content) in contents {
        let place = Place::new();
        let long = line(0, 1).replace("\"Message 1 of session 0\"", &content);
        assert!(long.len() > content.len());
        place.transcript("a.jsonl", &[line(0, 0), long, line(0, 2)].concat());
        drop(content);
        let command = place.command("A", &["import", "--json"]);
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", "ulimit -d 262144 && exec \"$0\" \"$@\""]);
        limited.arg(command.get_program()).args(command.get_args());
        limited.env_clear().env("HOME", place.path("home")).current_dir(place.path(""));
        let ran = Ran::of(limited.output().unwrap());
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(
            (&report["totals"]["messages"], &report["totals"]["skipped"]),
            (&3.into(), &0.into())
        );
    }
}
