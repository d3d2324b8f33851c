//! Back into Gemini CLI: `<project>/chats/session-<minute>-<begin of session>.jsonl` in its
//! store. Which project a folder of the store is of, a file in it says, by which the program
//! finds it again. The first line names the session and is made anew; the program drops
//! sessions that were not touched for a month, so it counts as touched now.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{Millis, Value};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::{
    Again, Line, Lost, NewFile, Plan, Source, Target, Writer,
    kept::{self, Kept},
    talk::{self, Turn, Voice},
};
use crate::{
    Result,
    time::{clamp, iso},
};

const TOOL: &str = "gemini-cli";

/// The file that says which project a folder is of.
const OWNER: &str = ".project_root";
const FOLDER: &str = "chats";

/// How many projects are looked at.
const MOST: usize = 10_000;

const AGAIN: Again = Again { tool: TOOL, program: "gemini", words: &["--resume"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "Gemini CLI",
        store: |home| home.join(".gemini/tmp"),
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

fn as_kept(kept: &Kept<'_>, target: &Target<'_>) -> Plan {
    let times = kept.main.iter().filter_map(|it| it.message.created_at).map(|it| it.0);
    let at = clamp(times.min().unwrap_or(0));
    let mut lines = vec![head(kept.session, at, target)];
    lines.extend(kept.main.iter().map(|it| Line::must(it.raw)));
    let of_agents: usize = kept.agents.values().map(Vec::len).sum();
    let lost = (of_agents > 0).then_some(Lost::OfAgents(of_agents)).into_iter().collect();
    Plan { is_kept: true, lost, ..files(kept.session.to_owned(), at, target, lines) }
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let session = talk.name(source, TOOL);
    let at = talk.span().0;
    let mut lines = vec![head(&session, at, target)];
    for (place, turn) in talk.turns.iter().enumerate() {
        let id = talk::id(source, TOOL, &place.to_string(), turn.at);
        lines.push(Line::must(message(turn, &id).to_string()));
    }
    Plan { lost: talk.lost, ..files(session, at, target, lines) }
}

fn head(session: &str, at: Millis, target: &Target<'_>) -> Line {
    let hash = Sha256::digest(target.folder.as_bytes());
    let hash: String = hash.iter().map(|it| format!("{it:02x}")).collect();
    Line::frame(
        json!({
            "sessionId": session, "projectHash": hash, "startTime": iso(at),
            "lastUpdated": iso(target.now), "kind": "main",
        })
        .to_string(),
    )
}

fn message(turn: &Turn<'_>, id: &str) -> Value {
    let content = turn.parts(
        |text| json!({ "text": text }),
        |media_type, data| json!({"inlineData": {"mimeType": media_type, "data": data}}),
    );
    let kind = if turn.voice == Voice::Agent { "gemini" } else { "user" };
    json!({"id": id, "timestamp": iso(turn.at), "type": kind, "content": content})
}

fn files(session: String, at: Millis, target: &Target<'_>, lines: Vec<Line>) -> Plan {
    let project = project(target);
    let chats = project.join(FOLDER);
    let path = chats.join(there(&target.store.join(&chats), &session).unwrap_or_else(|| {
        let minute = iso(at).get(..16).unwrap_or("time").replace(':', "-");
        format!("session-{minute}-{}", end(&session))
    }));
    let owner = NewFile { path: project.join(OWNER), lines: vec![Line::must(target.folder)] };
    let files = vec![owner, NewFile { path, lines }];
    Plan { session, files, ..Plan::default() }
}

fn end(session: &str) -> String {
    format!("{}.jsonl", session.chars().take(8).collect::<String>())
}

/// The file of the session that is there already. One that was resumed later may have an
/// empty one beside it.
fn there(chats: &Path, session: &str) -> Option<String> {
    let end = format!("-{}", end(session));
    let files = fs::read_dir(chats).ok()?.take(MOST).flatten();
    let named = files
        .filter_map(|it| Some((it.metadata().ok()?.len(), it.file_name().into_string().ok()?)));
    named.filter(|(_, name)| name.ends_with(&end)).max().map(|it| it.1)
}

/// The folder of the project in the store: the one that says so, or a new one.
fn project(target: &Target<'_>) -> PathBuf {
    let owner = |name: &Path| fs::read_to_string(target.store.join(name).join(OWNER));
    let is_of = |name: &PathBuf| owner(name).is_ok_and(|it| it.trim() == target.folder);
    let all = fs::read_dir(target.store).into_iter().flatten().take(MOST).flatten();
    if let Some(found) = all.map(|it| PathBuf::from(it.file_name())).find(is_of) {
        return found;
    }
    let last = target.folder.rsplit(['/', '\\']).find(|it| !it.is_empty()).unwrap_or_default();
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    let name: String = last.chars().map(plain).collect();
    let name = match name.trim_matches('-') {
        "" => "project".to_owned(),
        name => name.to_owned(),
    };
    let names = (0..MOST).map(|it| match it {
        0 => PathBuf::from(&name),
        nth => PathBuf::from(format!("{name}-{nth}")),
    });
    let is_free = |it: &PathBuf| fs::symlink_metadata(target.store.join(it)).is_err();
    names.into_iter().find(is_free).unwrap_or_else(|| PathBuf::from(&name))
}
