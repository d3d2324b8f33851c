//! Back into Codex: `<year>/<month>/<day>/rollout-<time>-<session>.jsonl` in its store. It
//! finds a session by its name wherever it is there, and goes on with it in the directory in
//! which it is called. The first line names the session and is made anew; what the model is
//! told are the items that follow.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{Millis, Value};
use serde_json::json;

use super::super::{
    Again, Line, Lost, NewFile, Plan, Source, Target, Writer,
    kept::{self, Kept},
    talk::{self, Turn, Voice},
};
use crate::{Result, time::iso};

const TOOL: &str = "codex";

/// The version whose form this is.
const VERSION: &str = "0.171.0";

/// How many folders deep days are, and how many files of one are looked at.
const DEEP: usize = 3;
const MOST: usize = 100_000;

const AGAIN: Again = Again { tool: TOOL, program: "codex", words: &["resume"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "Codex",
        store: |home| home.join(".codex/sessions"),
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

fn as_kept(source: &Source, kept: &Kept<'_>, target: &Target<'_>) -> Plan {
    let there = there(target.store, kept.session);
    // A fork holds what was said since, and says where the rest is.
    let has_head = kept.main.first().is_some_and(|it| it.raw.contains("\"session_meta\""));
    if has_head && there.is_none() {
        let mut plan = anew(source, target);
        plan.lost.push(Lost::Origin);
        return plan;
    }
    let times = kept.main.iter().filter_map(|it| it.message.created_at).map(|it| it.0);
    let at = crate::time::clamp(times.min().unwrap_or(0));
    let head = (!has_head).then(|| head(kept.session, at, target));
    let lines = head.into_iter().chain(kept.main.iter().map(|it| Line::must(it.raw))).collect();
    let path = there.unwrap_or_else(|| path(kept.session, at));
    let of_agents: usize = kept.agents.values().map(Vec::len).sum();
    Plan {
        session: kept.session.to_owned(),
        is_kept: true,
        files: vec![NewFile { path, lines }],
        lost: (of_agents > 0).then_some(Lost::OfAgents(of_agents)).into_iter().collect(),
        ..Plan::default()
    }
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let session = talk.name(source, TOOL);
    let at = talk.span().0;
    let mut lines = vec![head(&session, at, target)];
    for turn in &talk.turns {
        lines.extend(items(turn).map(|it| Line::must(it.to_string())));
    }
    let path = there(target.store, &session).unwrap_or_else(|| path(&session, at));
    Plan { session, files: vec![NewFile { path, lines }], lost: talk.lost, ..Plan::default() }
}

fn head(session: &str, at: Millis, target: &Target<'_>) -> Line {
    let git = target.branch.map(|it| json!({ "branch": it }));
    let payload = json!({
        "id": session, "timestamp": iso(at), "cwd": target.folder, "originator": "codex_cli_rs",
        "cli_version": VERSION, "source": "cli", "git": git,
    });
    Line::frame(line(at, "session_meta", &payload).to_string())
}

fn line(at: Millis, kind: &str, payload: &Value) -> Value {
    json!({"timestamp": iso(at), "type": kind, "payload": payload})
}

/// What the model is told of a turn, and what is shown of it.
fn items(turn: &Turn<'_>) -> impl Iterator<Item = Value> + use<> {
    let (role, kind, shown) = match turn.voice {
        Voice::Agent => ("assistant", "output_text", "agent_message"),
        Voice::Person | Voice::Summary => ("user", "input_text", "user_message"),
    };
    let content = turn.parts(
        |text| json!({"type": kind, "text": text}),
        |media_type, data| {
            json!({"type": "input_image", "image_url": format!("data:{media_type};base64,{data}")})
        },
    );
    let message = json!({"type": "message", "role": role, "content": content});
    let event = json!({"type": shown, "message": turn.text()});
    [line(turn.at, "response_item", &message), line(turn.at, "event_msg", &event)].into_iter()
}

/// Where a session that began then belongs.
fn path(session: &str, at: Millis) -> PathBuf {
    let begun = iso(at);
    let (day, second) = (begun.get(..10).unwrap_or("day"), begun.get(..19).unwrap_or("time"));
    let name = format!("rollout-{}-{session}.jsonl", second.replace(':', "-"));
    day.split('-').collect::<PathBuf>().join(name)
}

/// The file of a session that is in the store already, below it.
fn there(store: &Path, session: &str) -> Option<PathBuf> {
    let end = format!("-{session}.jsonl");
    let mut folders = vec![(store.to_owned(), 0)];
    let mut left = MOST;
    while let Some((folder, deep)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            left = left.checked_sub(1)?;
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            if is_folder && deep < DEEP {
                folders.push((entry.path(), deep + 1));
            } else if entry.file_name().to_str().is_some_and(|it| it.ends_with(&end)) {
                return entry.path().strip_prefix(store).ok().map(Path::to_owned);
            }
        }
    }
    None
}
