//! A home folder with transcripts of Claude Code that look like real ones.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Result;
use serde_json::{Value, json};

use crate::data::{self, PER_SESSION};

/// Folders of projects.
const PROJECTS: u64 = 20;
/// Records before the hour changes: one a second.
const HOUR: u64 = 3_600;

/// Writes transcripts with `records` records below `home`, a file for each session.
pub(crate) fn write(home: &Path, records: u64) -> Result<()> {
    for session in 0..records.div_ceil(PER_SESSION) {
        let project = format!("-home-me-src-project-{}", session % PROJECTS);
        let folder = home.join(".claude/projects").join(project);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.jsonl", name(session, 0)));
        let mut file = BufWriter::new(File::create(path)?);
        for number in session * PER_SESSION..records.min((session + 1) * PER_SESSION) {
            writeln!(file, "{}", record(session, number))?;
        }
        file.flush()?;
    }
    Ok(())
}

/// What an agent calls a session or a record.
fn name(session: u64, record: u64) -> String {
    let tail = data::mixed(record) & 0xffff_ffff_ffff;
    format!("{:08x}-0000-4000-8000-{tail:012x}", session & 0xffff_ffff)
}

/// Prompts, answers, calls of tools and what these returned, in turns.
fn record(session: u64, number: u64) -> Value {
    let text = |seed: u64, length| data::text(number * 8 + seed, length);
    let call = |number: u64| format!("toolu_{number:012}");
    let (kind, content) = match number % 4 {
        0 => ("user", json!(text(0, 300))),
        1 => (
            "assistant",
            json!([{ "type": "text", "text": text(1, 600) },
                   { "type": "tool_use", "id": call(number), "name": "Read",
                     "input": { "file_path": format!("/home/me/src/{}.rs", text(2, 20)) } }]),
        ),
        2 => (
            "user",
            json!([{ "type": "tool_result", "tool_use_id": call(number - 1),
                     "content": text(3, 1_200) }]),
        ),
        _ => ("assistant", json!([{ "type": "text", "text": text(4, 500) }])),
    };
    let mut message = json!({ "role": kind, "content": content });
    if kind == "assistant" {
        message["model"] = json!("large");
        message["stop_reason"] = json!("end_turn");
        message["usage"] = json!({ "input_tokens": number % 9_000, "output_tokens": 250,
                                   "cache_read_input_tokens": 12_000 });
    }
    let (hours, second) = (number / HOUR, number % HOUR);
    let (day, hour) = (hours / 24 % 28 + 1, hours % 24);
    let (year, month) = (2000 + hours / 24 / 28 / 12, hours / 24 / 28 % 12 + 1);
    let clock = format!("{hour:02}:{:02}:{:02}", second / 60, second % 60);
    let parent = (!number.is_multiple_of(PER_SESSION)).then(|| name(session, number - 1));
    json!({
        "parentUuid": parent, "isSidechain": false, "userType": "external",
        "cwd": format!("/home/me/src/project-{}", session % PROJECTS),
        "sessionId": name(session, 0), "version": "2.1.0", "gitBranch": "main", "type": kind,
        "message": message, "uuid": name(session, number),
        "timestamp": format!("{year}-{month:02}-{day:02}T{clock}.000Z"),
    })
}
