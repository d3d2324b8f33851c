//! Back into Claude Code: `<folder>/<session>.jsonl` in its store, where `<folder>` is the
//! working directory with `-` for everything but letters and digits. `--resume` finds a
//! session by its name in the folder of the directory in which it is called, whatever
//! directory its records name. Records link to the one before them.

use std::path::PathBuf;

use driftline_core::Value;
use serde_json::json;

use super::super::{
    Again, Line, Lost, NewFile, Plan, Source, Target, Writer,
    kept::{self, Kept, is_name},
    talk::{self, Part, Turn, Voice},
};
use crate::{Result, time::iso};

const TOOL: &str = "claude-code";

/// The version whose form this is.
const VERSION: &str = "2.1.332";

const AGAIN: Again = Again { tool: TOOL, program: "claude", words: &["--resume"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "Claude Code",
        store: |home| home.join(".claude/projects"),
        plan,
    }
}

fn plan(source: &Source, target: &Target<'_>) -> Result<Plan> {
    let plan = match kept::kept(source, TOOL) {
        Some(kept) => as_kept(&kept, target),
        None => anew(source, target),
    };
    Ok(Plan { resume: AGAIN.arguments(&plan.session), ..plan })
}

fn folder(target: &Target<'_>) -> PathBuf {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    target.folder.chars().map(plain).collect::<String>().into()
}

fn as_kept(kept: &Kept<'_>, target: &Target<'_>) -> Plan {
    let folder = folder(target);
    let bridge = |name: &str, before: Option<&str>| {
        json!({
            "parentUuid": before, "isSidechain": false, "type": "attachment", "uuid": name,
            "attachment": {"type": "driftline_bridge"}, "cwd": target.folder,
            "sessionId": kept.session, "version": VERSION, "userType": "external",
        })
    };
    let file = |path, lines| NewFile { path, lines };
    let main = folder.join(format!("{}.jsonl", kept.session));
    let mut files = vec![file(main, kept::bridged(&kept.main, None, bridge))];
    let mut lost = Vec::new();
    for (agent, records) in &kept.agents {
        if !is_name(agent) {
            lost.push(Lost::OfAgents(records.len()));
            continue;
        }
        let path = folder.join(kept.session).join("subagents").join(format!("agent-{agent}.jsonl"));
        files.push(file(path, records.iter().map(|it| Line::must(it.raw)).collect()));
    }
    Plan { session: kept.session.to_owned(), is_kept: true, files, lost, ..Plan::default() }
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let session = talk.name(source, TOOL);
    let mut before = Value::Null;
    let mut lines = Vec::new();
    for (place, turn) in talk.turns.iter().enumerate() {
        let (mut record, uuid) = record(source, turn, place);
        record["parentUuid"] = before;
        record["cwd"] = target.folder.into();
        record["sessionId"] = session.as_str().into();
        if let Some(branch) = target.branch {
            record["gitBranch"] = branch.into();
        }
        before = uuid.into();
        lines.push(Line::must(record.to_string()));
    }
    let path = folder(target).join(format!("{session}.jsonl"));
    Plan { session, files: vec![NewFile { path, lines }], lost: talk.lost, ..Plan::default() }
}

fn record(source: &Source, turn: &Turn<'_>, place: usize) -> (Value, String) {
    let uuid = talk::id(source, TOOL, &place.to_string(), turn.at);
    let content: Vec<_> = turn.parts.iter().map(block).collect();
    let mut record = json!({
        "isSidechain": false, "userType": "external", "version": VERSION,
        "uuid": uuid, "timestamp": iso(turn.at),
    });
    let message = if turn.voice == Voice::Agent {
        record["type"] = "assistant".into();
        json!({
            "id": format!("msg_{}", uuid.replace('-', "")), "type": "message",
            "role": "assistant", "model": "<synthetic>", "content": content,
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        })
    } else {
        record["type"] = "user".into();
        match turn.voice {
            Voice::Summary => record["isCompactSummary"] = true.into(),
            _ => record["promptSource"] = "typed".into(),
        }
        json!({"role": "user", "content": content})
    };
    record["message"] = message;
    (record, uuid)
}

fn block(part: &Part<'_>) -> Value {
    match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image { media_type, data } => {
            let source = json!({"type": "base64", "media_type": media_type, "data": data});
            json!({"type": "image", "source": source})
        }
    }
}
