//! The made-up conversations, written as an agent would write them. They end when the
//! demo begins, so that they are of today.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use driftline_core::Millis;
use serde_json::{Value, json};

use crate::time;

const MINUTE: Millis = 60_000;

/// What somebody does in a conversation.
enum Turn {
    /// The person says something.
    Asks(&'static str),
    /// The agent thinks, and nobody hears it.
    Thinks(&'static str),
    /// The agent says something.
    Says(&'static str),
    /// The agent uses a tool, with an argument, and this comes of it.
    Uses(&'static str, &'static str, &'static str, &'static str),
    /// The same, and it fails.
    Fails(&'static str, &'static str, &'static str, &'static str),
}

use Turn::{Asks, Fails, Says, Thinks, Uses};

/// A conversation: the folder, how many minutes ago it began, and what was said.
struct Talk(&'static str, Millis, &'static [Turn]);

const TALKS: &[Talk] = &[
    Talk(
        "/home/ada/engine",
        55,
        &[
            Asks("The cursor test fails one run in ten. Find out why; no sleeps in tests."),
            Thinks("A page and its cursor: are they written in one transaction? I should look."),
            Uses(
                "Bash",
                "command",
                "cargo test cursor",
                "running 4 tests\ntest cursor::resumes ... ok",
            ),
            Fails(
                "Bash",
                "command",
                "cargo test cursor -- --test-threads 8",
                "test cursor::resumes ... FAILED\nleft: 41\nright: 42",
            ),
            Uses(
                "Read",
                "file_path",
                "/home/ada/engine/src/page.rs",
                "fn adopt(page: Page) { ... }",
            ),
            Says(
                "The page and its cursor are written in **two transactions**. A crash between \
                 them makes the next run read one row twice.\n\n1. `put_page` commits the rows\n\
                 2. `set_cursor` commits the place\n\nOne transaction for both ends it.",
            ),
            Asks("Do it, and add a test that dies in between."),
            Uses("Edit", "file_path", "/home/ada/engine/src/page.rs", "The file was changed."),
            Uses("Bash", "command", "cargo test", "test result: ok. 212 passed"),
            Says("Both are one transaction now. A test kills the process at each write; 212 pass."),
        ],
    ),
    Talk(
        "/home/ada/engine",
        200,
        &[
            Asks("Plan the importer: a person's transcripts, read again and again, never twice."),
            Says(
                "Three rules:\n\n- an id is a function of the record alone\n- what a machine \
                 writes loses to what a person writes\n- how far a file was read is stored with \
                 its rows\n\n| Case | Then |\n|---|---|\n| the file grew | read from there |\n\
                 | the file is new | read all of it |",
            ),
            Asks("And a line that is cut off?"),
            Says("It is left for the next time: the agent may still be writing it."),
        ],
    ),
    Talk(
        "/home/ada/notes",
        1_500,
        &[
            Asks("Rename the column `title` to `name` everywhere, with a migration."),
            Uses("Grep", "pattern", "\\btitle\\b", "src/table.rs:12\nsrc/view.rs:40"),
            Uses("Edit", "file_path", "/home/ada/notes/src/table.rs", "The file was changed."),
            Says("Renamed in 2 files. Old databases get the column with the first start."),
        ],
    ),
];

/// Writes them below a home folder, as of `now`.
pub(super) fn write(home: &Path, now: Millis) -> Result<()> {
    for (number, Talk(folder, ago, turns)) in TALKS.iter().enumerate() {
        let place = home.join(".claude/projects").join(folder.replace('/', "-"));
        let session = format!("{number:08x}-de30-4000-8000-000000000000");
        let path = place.join(format!("{session}.jsonl"));
        let began = now.saturating_sub(ago * MINUTE);
        let lines: String =
            records(&session, folder, began, turns).iter().map(|it| format!("{it}\n")).collect();
        fs::create_dir_all(&place)
            .and_then(|()| fs::write(&path, lines))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn records(session: &str, folder: &str, began: Millis, turns: &[Turn]) -> Vec<Value> {
    let mut records: Vec<Value> = Vec::new();
    let mut add = |role: &str, content: Value| {
        let (id, before) = (records.len(), records.last().map(|it| it["uuid"].clone()));
        let mut message = json!({ "role": role, "content": content });
        if role == "assistant" {
            message["model"] = "claude-demo".into();
            message["stop_reason"] = "end_turn".into();
        }
        records.push(json!({
            "uuid": format!("{}-{id:012x}", &session[..23]),
            "parentUuid": before,
            "sessionId": session,
            "cwd": folder,
            "version": "2.1.0",
            "userType": "external",
            "isSidechain": false,
            "type": role,
            "message": message,
            "timestamp": time::iso(began + id as Millis * MINUTE / 2),
        }));
    };
    for (number, turn) in turns.iter().enumerate() {
        let call = format!("toolu_demo_{number}");
        match turn {
            Asks(text) => add("user", json!([{ "type": "text", "text": text }])),
            Says(text) => add("assistant", json!([{ "type": "text", "text": text }])),
            Thinks(text) => add("assistant", json!([{ "type": "thinking", "thinking": text }])),
            Uses(tool, name, value, result) | Fails(tool, name, value, result) => {
                let input = json!({ *name: value });
                add(
                    "assistant",
                    json!([{
                        "type": "tool_use", "id": call, "name": tool, "input": input,
                    }]),
                );
                add(
                    "user",
                    json!([{
                        "type": "tool_result", "tool_use_id": call, "content": result,
                        "is_error": matches!(turn, Fails(..)),
                    }]),
                );
            }
        }
    }
    records
}
