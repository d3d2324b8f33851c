//! Kimi Code: one JSON record to a line, in
//! `~/.kimi-code/sessions/<workspace>/<session>/agents/<agent>/wire.jsonl`. No record says
//! which session it is of: that is the name of the folder, and nothing else is read off it.
//! Every message is written three times, as three parts of the program note it; what the
//! model saw (`context.append_…`) is read, piece by piece, and only that is there at once.

mod event;
mod state;

use std::path::{Path, PathBuf};

use driftline_core::{Millis, Value};

use crate::{
    Form, Object, Reader, Record, Records,
    back::Again,
    fields::{object, text},
    time,
};

const TOOL: &str = "kimi-code";

/// The file with what an agent of a session said and was told.
const WIRE: &str = "wire.jsonl";

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Kimi Code",
        doc: "Kimi Code's sessions, in ~/.kimi-code/sessions",
        version: 1,
        places,
        accepts: |path| path.file_name().is_some_and(|it| it == WIRE),
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines {
            starts: &[
                "{\"type\":\"context.append_",
                "{\"type\":\"turn.",
                "{\"type\":\"llm.",
                "{\"type\":\"usage.record\"",
                "{\"type\":\"token_counting.",
            ],
            open,
        },
    }
}

fn places(home: &Path) -> Vec<PathBuf> {
    vec![home.join(".kimi-code/sessions")]
}

inventory::submit! {
    Again { tool: TOOL, program: "kimi", words: &["-S"] }
}

/// What the main agent is called.
const MAIN: &str = "main";

fn open(file: &Path) -> Box<dyn Records> {
    let (session, agent) = owner(file).unzip();
    Box::new(move |line| record(line, session.clone(), agent.clone()))
}

/// The session and the agent that a file is of.
fn owner(file: &Path) -> Option<(String, String)> {
    let agent = file.parent()?;
    let agents = agent.parent().filter(|it| it.ends_with("agents"))?;
    let name = |it: &Path| Some(it.file_name()?.to_str()?.to_owned());
    Some((name(agents.parent()?)?, name(agent)?))
}

fn main_file(file: &Path, _: &str) -> Option<PathBuf> {
    let agent = file.parent().filter(|it| !it.ends_with(MAIN))?;
    Some(agent.parent()?.join(MAIN).join(file.file_name()?))
}

fn record(mut line: Object, session: Option<String>, agent: Option<String>) -> Record {
    let agent = text(&mut line, "agentId").or(agent);
    let mut record = Record {
        kind: text(&mut line, "type").unwrap_or_else(|| "(no type)".into()),
        session,
        time: moment(&mut line, "time"),
        agent: agent.filter(|it| it != MAIN),
        ..Record::default()
    };
    match record.kind.as_str() {
        "metadata" => record.time = moment(&mut line, "created_at"),
        "llm.request" => record.model = text(&mut line, "model"),
        "profile.bind" | "config.update" => {
            let disclosed = object(&mut line, "environmentDisclosure");
            record.cwd = disclosed.and_then(|mut it| text(&mut it, "cwd"));
        }
        _ => record.kept = event::kept(&mut record, line).map(Box::new),
    }
    record
}

fn moment(line: &mut Object, field: &str) -> Option<Millis> {
    line.remove(field).as_ref().and_then(Value::as_i64).map(time::clamp)
}
