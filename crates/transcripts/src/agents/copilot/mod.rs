//! Copilot CLI: one event to a line, in `~/.copilot/session-state/<session>/events.jsonl`.
//! Events of a sub-agent stand among those of its session and carry its name. What the
//! program does around the talk are events as well, most of them.

mod event;
mod workspace;

use std::path::{Path, PathBuf};

use driftline_core::Value;

use crate::{
    Form, Object, Reader, Record, Records, Role,
    back::Again,
    fields::{object, text, time},
};

const TOOL: &str = "copilot";

/// The file with what was said in a session.
const EVENTS: &str = "events.jsonl";

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Copilot",
        doc: "Copilot CLI's sessions, in ~/.copilot/session-state",
        version: 1,
        places,
        accepts: |path| path.file_name().is_some_and(|it| it == EVENTS),
        main_file: |_, _| None,
        // Long outputs are in the system's temporary folder, which is nobody's own.
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines {
            starts: &[
                "{\"type\":\"session.",
                "{\"type\":\"user.message\"",
                "{\"type\":\"assistant.",
                "{\"type\":\"tool.execution_",
            ],
            open: |_| Box::<Events>::default(),
        },
    }
}

fn places(home: &Path) -> Vec<PathBuf> {
    vec![home.join(".copilot/session-state")]
}

inventory::submit! {
    Again { tool: TOOL, program: "copilot", words: &["--resume"] }
}

/// What is known of a file from its lines so far.
#[derive(Default)]
struct Events {
    /// The session, as its first event names it.
    session: Option<String>,
}

impl Records for Events {
    fn take(&mut self, mut event: Object) -> Vec<Record> {
        let kind = text(&mut event, "type").unwrap_or_else(|| "(no type)".into());
        let mut data = object(&mut event, "data").unwrap_or_default();
        if self.session.is_none() && kind == "session.start" {
            self.session = text(&mut data, "sessionId");
        }
        let caller = text(&mut data, "parentToolCallId");
        let mut record = Record {
            session: self.session.clone(),
            time: time(&mut event),
            // Older programs name a sub-agent by the call that started it.
            agent: text(&mut event, "agentId").or(caller),
            kind,
            ..Record::default()
        };
        facts(&mut record, &data);
        if let Some(mut kept) = event::kept(&mut record, data) {
            kept.external_id = text(&mut event, "id");
            // Every event names the one before it; a sub-agent begins with nothing before.
            kept.parent = text(&mut event, "parentId").filter(|_| kept.role != Role::User);
            record.kept = Some(Box::new(kept));
        }
        vec![record]
    }
}

/// Where a session is and which model answers in it.
fn facts(record: &mut Record, data: &Object) {
    let word = |it: &Value| it.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
    let field = |field: &str| data.get(field).and_then(word);
    let place = match record.kind.as_str() {
        "session.start" | "session.resume" => {
            record.model = field("selectedModel");
            data.get("context").and_then(Value::as_object)
        }
        "session.context_changed" => Some(data),
        "session.model_change" => {
            record.model = field("newModel");
            None
        }
        "assistant.message" => {
            record.model = field("model");
            None
        }
        _ => None,
    };
    let Some(place) = place else { return };
    record.cwd = place.get("cwd").and_then(word);
    record.git_branch = place.get("branch").and_then(word);
    let named = |field: &str| place.get(field).and_then(word);
    let repository = named("repositoryHost").zip(named("repository"));
    record.git_remote = repository.map(|(host, path)| format!("https://{host}/{path}"));
}
