//! Back into Qwen Code: `<folder>/chats/<session>.jsonl` in its store, where `<folder>` is the
//! working directory with `-` for everything but letters and digits. The program believes that
//! a session is of a project if its first record says so, so one that is made anew comes
//! first. Records link to the one before them.

use std::path::PathBuf;

use driftline_core::{Millis, Value};
use serde_json::json;

use super::super::{
    Again, Line, Lost, NewFile, Plan, Source, Target, Writer,
    kept::{self, Kept},
    talk::{self, Turn, Voice},
};
use crate::{
    Result,
    time::{clamp, iso},
};

const TOOL: &str = "qwen-code";

/// The version whose form this is.
const VERSION: &str = "0.24.4";

const AGAIN: Again = Again { tool: TOOL, program: "qwen", words: &["--resume"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "Qwen Code",
        store: |home| home.join(".qwen/projects"),
        plan,
    }
}

fn plan(source: &Source, target: &Target<'_>) -> Result<Plan> {
    let plan = match kept::kept(source, TOOL) {
        Some(kept) => as_kept(source, &kept, target),
        None => anew(source, target),
    };
    Ok(Plan { resume: AGAIN.arguments(&plan.session), ..plan })
}

/// A record that keeps the state of the program, and says nothing.
fn frame(
    session: &str,
    uuid: &str,
    before: Option<&str>,
    at: Millis,
    target: &Target<'_>,
) -> Value {
    json!({
        "uuid": uuid, "parentUuid": before, "sessionId": session, "timestamp": iso(at),
        "type": "system", "provenance": "system", "cwd": target.folder, "version": VERSION,
        "subtype": "attribution_snapshot", "systemPayload": {},
    })
}

fn as_kept(source: &Source, kept: &Kept<'_>, target: &Target<'_>) -> Plan {
    let times = kept.main.iter().filter_map(|it| it.message.created_at).map(|it| it.0);
    let at = clamp(times.min().unwrap_or(0));
    let first = source.id.to_string();
    let mut lines = vec![Line::frame(frame(kept.session, &first, None, at, target).to_string())];
    lines.extend(kept::bridged(&kept.main, None, |name, before| {
        frame(kept.session, name, before, at, target)
    }));
    let of_agents: usize = kept.agents.values().map(Vec::len).sum();
    let lost = (of_agents > 0).then_some(Lost::OfAgents(of_agents)).into_iter().collect();
    Plan { is_kept: true, lost, ..file(kept.session.to_owned(), target, lines) }
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let session = talk.name(source, TOOL);
    let mut before = Value::Null;
    let mut lines = Vec::new();
    for (place, turn) in talk.turns.iter().enumerate() {
        let uuid = talk::id(source, TOOL, &place.to_string(), turn.at);
        let mut record = record(turn);
        record["uuid"] = uuid.as_str().into();
        record["parentUuid"] = before;
        record["sessionId"] = session.as_str().into();
        record["timestamp"] = iso(turn.at).into();
        record["cwd"] = target.folder.into();
        record["version"] = VERSION.into();
        if let Some(branch) = target.branch {
            record["gitBranch"] = branch.into();
        }
        before = uuid.into();
        lines.push(Line::must(record.to_string()));
    }
    Plan { lost: talk.lost, ..file(session, target, lines) }
}

fn record(turn: &Turn<'_>) -> Value {
    let parts = turn.parts(
        |text| json!({ "text": text }),
        |media_type, data| json!({"inlineData": {"mimeType": media_type, "data": data}}),
    );
    let (kind, provenance, role) = match turn.voice {
        Voice::Agent => ("assistant", "assistant_output", "model"),
        Voice::Person | Voice::Summary => ("user", "real_user", "user"),
    };
    let message = json!({"role": role, "parts": parts});
    json!({"type": kind, "provenance": provenance, "message": message})
}

fn file(session: String, target: &Target<'_>, lines: Vec<Line>) -> Plan {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    let folder: PathBuf = target.folder.chars().map(plain).collect::<String>().into();
    let path = folder.join("chats").join(format!("{session}.jsonl"));
    Plan { session, files: vec![NewFile { path, lines }], ..Plan::default() }
}
