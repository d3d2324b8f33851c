//! One message of Gemini CLI. With the calls of an answer stand what the tools answered:
//! two rows come from it.

use driftline_core::Value;
use driftline_messages::{
    Usage,
    block::{self, Block},
};
use serde_json::json;

use crate::{
    Object, Record,
    fields::{count, object, text, time},
    parts,
    prose::headline,
    record::{Kept, Message, Name, Rank, Role},
};

/// What begins a text that the program sends as the person: where it runs, what a hook of
/// the person's says, what it keeps of a conversation that it cut.
const CONTEXT: &str = "<session_context>";
const HOOK: &str = "<hook_context>";
const SNAPSHOT: &str = "<state_snapshot>";

/// What stands before the working directory there.
const DIRECTORIES: &[&str] = &["Workspace Directories:**\n", "working in the directory:"];

/// Where no answer of a call is, how it ended badly.
const FAILED: &[&str] = &["error", "cancelled"];

/// The records of a message; `like` says whose it is.
pub(super) fn records(like: &Record, mut fields: Object) -> Vec<Record> {
    let kind = text(&mut fields, "type").unwrap_or_else(|| "(no type)".into());
    let id = text(&mut fields, "id");
    let mut record = Record { kind, time: time(&mut fields), ..like.clone() };
    let content = fields.remove("content").unwrap_or_default();
    match record.kind.as_str() {
        "user" => {
            let shown = fields.remove("displayContent").filter(|it| !it.is_null());
            user(&mut record, id, parts::blocks(shown.unwrap_or(content)));
        }
        "gemini" => return answer(record, id, fields, content),
        "info" | "error" | "warning" => {
            let blocks = match content {
                Value::String(said) => vec![block::notice(&record.kind, json!({ "text": said }))],
                content => parts::blocks(content),
            };
            record.kept = kept(id, Role::System, blocks);
        }
        kind => {
            fields.insert("content".into(), content);
            let blocks = vec![block::other(kind, Value::Object(fields))];
            record.kept = kept(id, Role::Other, blocks);
        }
    }
    vec![record]
}

/// What was sent as the person.
fn user(record: &mut Record, id: Option<String>, blocks: Vec<Value>) {
    if parts::answered(&blocks).next().is_some() {
        record.kept = kept(id, Role::Tool, blocks);
        return;
    }
    let said = block::read(&blocks).find_map(|it| match it {
        Block::Text(said) => Some(said.trim_start()),
        _ => None,
    });
    let said = said.unwrap_or_default();
    if said.starts_with(CONTEXT) {
        record.cwd = directory(said);
    }
    if blocks.is_empty() || said.starts_with(CONTEXT) {
        return;
    }
    let (role, prompt) = match said {
        it if it.starts_with(SNAPSHOT) => (Role::Summary, None),
        it if it.starts_with(HOOK) => (Role::User, Some(false)),
        _ => (Role::User, record.agent.is_none().then_some(true)),
    };
    if role == Role::User && prompt != Some(false) {
        let rank = if record.agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    record.kept = kept(id, role, blocks);
    if let Some(kept) = &mut record.kept {
        kept.prompt = prompt;
    }
}

/// The first directory that the program tells the model of.
fn directory(said: &str) -> Option<String> {
    let behind = DIRECTORIES.iter().find_map(|it| Some(said.split_once(it)?.1))?;
    let line = behind.lines().find(|it| !it.trim().is_empty())?.trim();
    let path = line.strip_prefix("- ").unwrap_or(line);
    (!path.is_empty()).then(|| path.to_owned())
}

/// An answer of the model. Some have no text, or nothing yet.
fn answer(
    mut record: Record,
    id: Option<String>,
    mut fields: Object,
    content: Value,
) -> Vec<Record> {
    let said = parts::blocks(content);
    let has = |wanted: fn(&Block<'_>) -> bool| block::read(&said).any(|it| wanted(&it));
    // Noted from what the model is told, the text holds them already.
    let (thinks, calls) =
        (has(|it| matches!(it, Block::Thinking(_))), has(|it| matches!(it, Block::Call(_))));
    let mut blocks = list(&mut fields, "thoughts").filter_map(thought).collect::<Vec<_>>();
    if thinks {
        blocks.clear();
    }
    blocks.extend(said);
    let mut results = Vec::new();
    for call in list(&mut fields, "toolCalls") {
        let Value::Object(call) = call else { continue };
        let asked = ["id", "name", "args"].iter().filter_map(|it| call.get_key_value(*it));
        let asked = asked.map(|(name, it)| (name.clone(), it.clone())).collect();
        if !calls {
            blocks.push(parts::call(asked));
        }
        results.extend(result(call));
    }
    let tokens = fields.remove("tokens").unwrap_or_default();
    record.model = text(&mut fields, "model");
    if blocks.is_empty() {
        return vec![record];
    }
    record.kept = kept(id.clone(), Role::Assistant, blocks);
    if let Some(kept) = &mut record.kept {
        let finished = tokens.is_object();
        kept.message = Message { model: record.model.clone(), usage: usage(&tokens), finished };
    }
    let mut all = vec![record];
    if let (Some(id), Some(first), false) = (id, all.first(), results.is_empty()) {
        let kept = kept(Some(format!("{id}:result")), Role::Tool, results);
        let (model, raw) = (None, Some(String::new()));
        all.push(Record { kept, model, raw, ..first.clone() });
    }
    all
}

fn list(fields: &mut Object, field: &str) -> impl Iterator<Item = Value> + use<> {
    let list = match fields.remove(field) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    list.into_iter()
}

fn thought(mut value: Value) -> Option<Value> {
    let fields = value.as_object_mut()?;
    let [subject, description] = ["subject", "description"].map(|it| text(fields, it));
    let all = [subject.map(|it| format!("**{it}**")), description];
    let said = all.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!said.is_empty()).then(|| block::thinking(said))
}

/// What a call's tool answered, if it did.
fn result(mut call: Object) -> Option<Value> {
    let id = text(&mut call, "id")?;
    let name = call.remove("name").unwrap_or_default();
    let failed = text(&mut call, "status").is_some_and(|it| FAILED.contains(&it.as_str()));
    let parts = match call.remove("result").unwrap_or_default() {
        Value::Array(parts) => parts,
        Value::Null if !failed => return None,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    let shown = text(&mut call, "resultDisplay").map(|it| json!({ "output": it }));
    let (mut response, mut more) = (None, Vec::new());
    for mut part in parts {
        match part.as_object_mut().and_then(|it| object(it, "functionResponse")) {
            // Some name the answers of other calls, too.
            Some(it) if it.get("id").is_none_or(|it| *it == id.as_str()) => {
                let parts = it.get("parts").and_then(Value::as_array);
                more.extend(parts.into_iter().flatten().cloned());
                response = it.get("response").cloned().or(response);
            }
            Some(_) => (),
            None => more.push(part),
        }
    }
    let more = parts::blocks(more.into());
    if more.is_empty() {
        response = response.or(shown);
    }
    let fields = [("id", id.into()), ("name", name), ("response", response.unwrap_or_default())];
    let fields = fields.into_iter().map(|(name, it)| (name.to_owned(), it)).collect();
    Some(parts::answer(fields, more, failed))
}

fn usage(tokens: &Value) -> Usage {
    let tokens = |field: &str| tokens.get(field).and_then(count).unwrap_or_default();
    let (cached, reasoning) = (tokens("cached"), tokens("thoughts"));
    Usage {
        input: tokens("input").saturating_add(tokens("tool")).saturating_sub(cached),
        cached,
        output: tokens("output").saturating_add(reasoning),
        reasoning,
        ..Usage::default()
    }
}

fn kept(external_id: Option<String>, role: Role, blocks: Vec<Value>) -> Option<Box<Kept>> {
    let message = Message::default();
    let (parent, prompt, beside) = (None, None, Vec::new());
    Some(Box::new(Kept { external_id, role, blocks, parent, prompt, beside, message }))
}
