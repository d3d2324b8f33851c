//! Back into pi: `--<directory>--/<time>_<session>.jsonl` in its store. The first line names
//! the session and the directory and is made anew. Entries link to the one before them.

use std::path::PathBuf;

use driftline_core::{Millis, Value};
use serde_json::json;

use super::super::{
    Again, Line, NewFile, Plan, Source, Target, Writer,
    kept::{self, Kept},
    talk::{self, Turn, Voice},
};
use crate::{
    Result,
    time::{clamp, iso},
};

const TOOL: &str = "pi";

const AGAIN: Again = Again { tool: TOOL, program: "pi", words: &["--session"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "pi",
        store: |home| home.join(".pi/agent/sessions"),
        plan,
    }
}

fn plan(source: &Source, target: &Target<'_>) -> Result<Plan> {
    // The head is made anew. That of a fork is kept, because it says whose.
    let kept = kept::kept(source, TOOL).map(|mut it| {
        it.main.retain(|it| !is_head(it.raw));
        it
    });
    let plan = match kept {
        // The first version has no links: what would be made of it is another form.
        Some(kept) if kept.main.iter().all(|it| has_link(it.raw)) => as_kept(&kept, target),
        _ => anew(source, target),
    };
    Ok(Plan { resume: AGAIN.arguments(&plan.session), ..plan })
}

fn is_head(raw: &str) -> bool {
    let entry: Option<Value> = serde_json::from_str(raw).ok();
    entry.is_some_and(|it| it.get("type").and_then(Value::as_str) == Some("session"))
}

fn has_link(raw: &str) -> bool {
    raw.contains("\"parentId\"")
}

fn as_kept(kept: &Kept<'_>, target: &Target<'_>) -> Plan {
    let times = kept.main.iter().filter_map(|it| it.message.created_at).map(|it| it.0);
    let at = clamp(times.min().unwrap_or(0));
    let bridge = |name: &str, before: Option<&str>| {
        json!({
            "type": "custom", "customType": "driftline", "id": name, "parentId": before,
            "timestamp": iso(at),
        })
    };
    // What a summary leaves may begin at an entry that is not kept.
    let left = kept.main.iter().rev().find_map(|it| first_left(it.raw));
    let mut lines = vec![head(kept.session, at, target)];
    lines.extend(kept::bridged(&kept.main, left.as_deref(), bridge));
    Plan { is_kept: true, ..file(kept.session.to_owned(), at, target, lines) }
}

fn first_left(raw: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(raw).ok()?;
    Some(entry.get("firstKeptEntryId")?.as_str()?.to_owned())
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let session = talk.name(source, TOOL);
    let at = talk.span().0;
    let mut lines = vec![head(&session, at, target)];
    let mut before = Value::Null;
    for (place, turn) in talk.turns.iter().enumerate() {
        let id = format!("{place:08x}");
        let entry = json!({
            "type": "message", "id": id, "parentId": before, "timestamp": iso(turn.at),
            "message": message(turn),
        });
        before = id.into();
        lines.push(Line::must(entry.to_string()));
    }
    Plan { lost: talk.lost, ..file(session, at, target, lines) }
}

fn file(session: String, at: Millis, target: &Target<'_>, lines: Vec<Line>) -> Plan {
    let begun = iso(at).replace([':', '.'], "-");
    let path = folder(target.folder).join(format!("{begun}_{session}.jsonl"));
    Plan { session, files: vec![NewFile { path, lines }], ..Plan::default() }
}

fn folder(directory: &str) -> PathBuf {
    let inner = directory.strip_prefix(['/', '\\']).unwrap_or(directory);
    format!("--{}--", inner.replace(['/', '\\', ':'], "-")).into()
}

fn head(session: &str, at: Millis, target: &Target<'_>) -> Line {
    Line::frame(
        json!({
            "type": "session", "version": 3, "id": session, "timestamp": iso(at),
            "cwd": target.folder,
        })
        .to_string(),
    )
}

fn message(turn: &Turn<'_>) -> Value {
    let content = turn.parts(
        |text| json!({"type": "text", "text": text}),
        |media_type, data| json!({"type": "image", "mimeType": media_type, "data": data}),
    );
    if turn.voice != Voice::Agent {
        return json!({"role": "user", "content": content, "timestamp": turn.at});
    }
    let none = json!({"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "total": 0});
    json!({
        "role": "assistant", "content": content, "api": "driftline", "provider": "driftline",
        "model": "driftline", "stopReason": "stop", "timestamp": turn.at,
        "usage": {
            "input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 0,
            "cost": none,
        },
    })
}
