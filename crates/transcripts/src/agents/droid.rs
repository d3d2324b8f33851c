//! Factory Droid: one JSON record to a line, in
//! `~/.factory/sessions/<folder>/<session>.jsonl`. The first one tells of the session, the
//! others hold messages as Anthropic's interface has them.

use std::path::{Path, PathBuf};

use driftline_core::Value;
use driftline_messages::block::{self, Block};
use serde_json::json;

use crate::{
    Form, Object, Reader, Record, Records, anthropic,
    fields::{is, object, text, time},
    parts::with_exit,
    prose::{headline, title},
    record::{Kept, Message, Name, Rank, Role},
};

inventory::submit! {
    Reader {
        tool: "droid",
        name: "Factory Droid",
        doc: "Factory Droid's transcripts, in ~/.factory/sessions",
        version: 2,
        places: |home| vec![home.join(".factory/sessions")],
        accepts: |path| path.extension().is_some_and(|it| it == "jsonl"),
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines {
            starts: &["{\"type\":\"message\",\"id\":", "{\"type\":\"session_start\","],
            open: |_| Box::new(Session::default()),
        },
    }
}

/// Kinds that say nothing a person would look for.
const NOISE: &[&str] = &["agent_turn_outcome", "todo_state"];

/// How the name of a message begins that tells the model what there is.
const CONTEXT: &str = "context-";

/// What stands behind the output of a command, around its exit code.
const EXIT: (&str, &str) = ("[Process exited with code ", "]");

/// The file of the session that started the one of `file`.
fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
    let plain = !session.is_empty() && !session.contains(['/', '\\', '\0']);
    let own = file.file_stem().is_none_or(|it| it == session);
    (plain && !own).then(|| file.with_file_name(format!("{session}.jsonl")))
}

/// A file that is being read.
#[derive(Default)]
struct Session {
    name: Option<String>,
    /// The sub-agent whose file it is.
    agent: Option<String>,
}

impl Records for Session {
    fn take(&mut self, mut line: Object) -> Vec<Record> {
        let kind = text(&mut line, "type").unwrap_or_else(|| "(no type)".into());
        if kind == "session_start" {
            return vec![self.start(kind, line)];
        }
        let record = Record {
            session: self.name.clone(),
            agent: self.agent.clone(),
            time: time(&mut line),
            kind,
            ..Record::default()
        };
        let like = Kept {
            external_id: text(&mut line, "id"),
            role: Role::Other,
            blocks: Vec::new(),
            parent: text(&mut line, "parentId"),
            prompt: None,
            beside: Vec::new(),
            message: Message::default(),
        };
        let message = object(&mut line, "message");
        match (record.kind.as_str(), message) {
            (kind, _) if NOISE.contains(&kind) => vec![record],
            ("message", Some(content)) => vec![message_record(record, like, content)],
            ("compaction_state", _) => compaction(record, like, line),
            (kind, message) => {
                line.extend(message.map(|it| ("message".to_owned(), it.into())));
                let blocks = vec![block::other(kind, Value::Object(line))];
                vec![Record { kept: Some(Box::new(Kept { blocks, ..like })), ..record }]
            }
        }
    }
}

impl Session {
    /// What a file tells of its session. One that another session started is a sub-agent.
    fn start(&mut self, kind: String, mut line: Object) -> Record {
        let own = text(&mut line, "id");
        let caller = text(&mut line, "callingSessionId");
        if self.name.is_none() {
            self.agent = own.clone().filter(|_| caller.is_some());
            self.name = caller.or(own);
        }
        // Without a stage it is the beginning of the prompt.
        let rank = match text(&mut line, "sessionTitleAutoStage").as_deref() {
            _ if is(&line, "isSessionTitleManuallySet") => Rank::Custom,
            None => Rank::Prompt,
            Some("first_message") => Rank::Summary,
            Some(_) => Rank::Title,
        };
        let given = text(&mut line, "title").filter(|_| self.agent.is_none());
        let name = given.and_then(|it| title(&it)).map(|text| Name { rank, text, leaf: None });
        let forked = text(&mut line, "parent").filter(|_| self.agent.is_none());
        Record {
            kind,
            session: self.name.clone(),
            agent: self.agent.clone(),
            cwd: text(&mut line, "cwd"),
            name,
            kept: forked.map(|it| Box::new(Kept::fork(&it))),
            ..Record::default()
        }
    }
}

/// A message of the conversation, or what the program tells the model as the person.
fn message_record(mut record: Record, like: Kept, mut message: Object) -> Record {
    let hidden = text(&mut message, "visibility").is_some_and(|it| it == "llm_only");
    if hidden && like.external_id.as_deref().is_some_and(|it| it.starts_with(CONTEXT)) {
        return record;
    }
    let blocks = anthropic::blocks(message.remove("content").unwrap_or_default());
    let answers = block::read(&blocks).any(|it| matches!(it, Block::Result(_)));
    let blocks: Vec<_> = blocks.into_iter().map(ended).collect();
    let role = match text(&mut message, "role").as_deref() {
        Some("assistant") => Role::Assistant,
        Some("user") if answers => Role::Tool,
        Some("user") => Role::User,
        _ => Role::System,
    };
    let prompt = match role {
        Role::User if hidden => Some(false),
        Role::User => record.agent.is_none().then_some(true),
        _ => None,
    };
    if role == Role::User && !hidden {
        let rank = if record.agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    let model = text(&mut message, "modelId").filter(|_| role == Role::Assistant);
    record.model.clone_from(&model);
    let message = Message { model, ..Message::default() };
    record.kept = Some(Box::new(Kept { role, blocks, prompt, message, ..like }));
    record
}

/// A result, with the code that its program ended with.
fn ended(block: Value) -> Value {
    let exit = match block::read(std::slice::from_ref(&block)).next() {
        Some(Block::Result(answer)) => answer.output.as_str().and_then(exit_code),
        _ => None,
    };
    with_exit(block, exit)
}

fn exit_code(said: &str) -> Option<i64> {
    let last = said.trim_end().lines().next_back()?;
    last.strip_prefix(EXIT.0)?.strip_suffix(EXIT.1)?.parse().ok()
}

/// That the program cut the conversation, and what it keeps of it.
fn compaction(mut record: Record, like: Kept, mut line: Object) -> Vec<Record> {
    let said = text(&mut line, "summaryText").map(|it| vec![block::text(it)]);
    let details = json!({ "removed": line.remove("removedCount") });
    let blocks = vec![block::notice("compaction", details)];
    record.kept = Some(Box::new(Kept { role: Role::System, blocks, ..like.clone() }));
    let mut all = vec![record];
    if let (Some(blocks), Some(parent), Some(first)) = (said, like.external_id.clone(), all.first())
    {
        let (external_id, parent) = (Some(format!("{parent}:summary")), Some(parent));
        let kept = Kept { external_id, role: Role::Summary, blocks, parent, ..like };
        let (kept, raw) = (Some(Box::new(kept)), Some(String::new()));
        all.push(Record { kept, raw, ..first.clone() });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_line_tells_how_a_command_ended() {
        assert_eq!(exit_code("x\n\n\n[Process exited with code 3]\n"), Some(3));
        for said in ["", "[Process exited with code 3]\nmore", "[Process exited with code x]"] {
            assert_eq!(exit_code(said), None, "{said}");
        }
    }

    #[test]
    fn a_sub_agents_file_knows_its_session() {
        let main = |file: &str, session: &str| main_file(Path::new(file), session);
        assert_eq!(main("/p/a.jsonl", "s"), Some("/p/s.jsonl".into()));
        for session in ["a", "", "../s"] {
            assert_eq!(main("/p/a.jsonl", session), None, "{session}");
        }
    }
}
