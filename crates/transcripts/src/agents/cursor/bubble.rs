//! A message, which Cursor calls a bubble: of the person (type 1), or of the agent (type 2),
//! which is a text, a thought, or a call of a tool with its answer.

use driftline_core::{Millis, Value};
use driftline_messages::{Usage, block};

use crate::{
    Kept, Message, Name, Object, Rank, Record, Role, editors,
    fields::{count, is, object, text},
    prose, read, time,
    tool::{hint, verb},
};

/// The most values in the arguments of a call, or in an answer.
const MOST: usize = 100_000;

/// What a bubble is, where that cannot be seen: a thought.
const THOUGHT: u64 = 30;

/// The fields of an answer that hold what a tool said.
const SAID: &[&str] = &["output", "contents", "content", "error"];

/// A bubble.
pub(super) struct Bubble {
    pub(super) id: String,
    fields: Object,
    raw: String,
}

impl Bubble {
    pub(super) fn parse(raw: &str, most: usize) -> Option<Self> {
        let Ok(Value::Object(fields)) = read::json(raw, most) else { return None };
        Self::made(fields, raw.to_owned())
    }

    pub(super) fn of(value: Value) -> Option<Self> {
        let raw = value.to_string();
        let Value::Object(fields) = value else { return None };
        Self::made(fields, raw)
    }

    fn made(mut fields: Object, raw: String) -> Option<Self> {
        Some(Self { id: text(&mut fields, "bubbleId")?, fields, raw })
    }
}

/// The records of a bubble. `last` is the name of the one before.
pub(super) fn records(
    base: &Record,
    bubble: Bubble,
    finished: bool,
    last: &mut Option<String>,
) -> Vec<Record> {
    let Bubble { id, mut fields, raw } = bubble;
    let base = Record {
        kind: "bubble".into(),
        time: moment(fields.remove("createdAt")),
        raw: Some(raw),
        ..base.clone()
    };
    let model = object(&mut fields, "modelInfo").and_then(|mut it| text(&mut it, "modelName"));
    let (mut blocks, mut answer) = (Vec::new(), None);
    let role = match fields.get("type").and_then(Value::as_u64) {
        Some(1) => Role::User,
        Some(2) => Role::Assistant,
        _ => return vec![base],
    };
    if role == Role::Assistant {
        blocks.extend(thoughts(&mut fields));
    }
    blocks.extend(text(&mut fields, "text").filter(|it| !it.trim().is_empty()).map(block::text));
    if let Some(it) = object(&mut fields, "toolFormerData") {
        let (call, said) = tool(it);
        blocks.push(call);
        answer = said;
    }
    let mut all = Vec::new();
    if !blocks.is_empty() {
        let mut record = base.clone();
        let mut kept = Kept::of(role, blocks);
        kept.message = Message { finished, usage: usage(&fields), ..Message::default() };
        if role == Role::User {
            record.cwd = folder(&fields);
            kept.prompt = base.agent.is_none().then_some(true);
            let rank = if kept.prompt.is_some() { Rank::Prompt } else { Rank::Task };
            // With no times, none is the first by itself.
            let first = base.time.is_some() || last.is_none();
            let headline = prose::headline(&kept.blocks).filter(|_| first);
            record.name = headline.map(|text| Name { rank, text, leaf: None });
        } else {
            record.model.clone_from(&model);
            kept.message.model = model;
        }
        all.push((record, kept, id.clone()));
    }
    if let Some(answer) = answer {
        all.push((base.clone(), Kept::of(Role::Tool, vec![answer]), format!("{id}:result")));
    }
    let named = all.into_iter().map(|(record, mut kept, name)| {
        // Without a time, nothing else says where it stands.
        let before = last.replace(name.clone());
        kept.parent = before.filter(|_| record.time.is_none());
        kept.external_id = Some(name);
        Record { kept: Some(Box::new(kept)), ..record }
    });
    named.collect()
}

fn moment(value: Option<Value>) -> Option<Millis> {
    match value? {
        Value::String(text) => time::parse(&text),
        other => other.as_i64().map(time::clamp),
    }
}

/// The folder that was open.
fn folder(fields: &Object) -> Option<String> {
    let uri = fields.get("workspaceUris")?.get(0)?.as_str()?;
    Some(editors::path(uri)).filter(|it| !it.is_empty())
}

fn thoughts(fields: &mut Object) -> Vec<Value> {
    let is_thought = fields.get("capabilityType").and_then(Value::as_u64) == Some(THOUGHT);
    let own = object(fields, "thinking").and_then(|mut it| text(&mut it, "text"));
    let mut all: Vec<_> = own.into_iter().collect();
    if let (true, Some(Value::Array(more))) = (all.is_empty(), fields.remove("allThinkingBlocks")) {
        let said = |it: Value| it.get("text")?.as_str().map(str::to_owned);
        all.extend(more.into_iter().filter_map(said));
    }
    all.retain(|it| !it.trim().is_empty());
    // Its maker keeps it to itself.
    if is_thought && all.is_empty() {
        return vec![block::sealed()];
    }
    all.into_iter().map(block::thinking).collect()
}

/// A call, and its answer if it has one. Arguments and answer are JSON in a text.
fn tool(mut it: Object) -> (Value, Option<Value>) {
    let [id, name] = ["toolCallId", "name"].map(|field| text(&mut it, field).unwrap_or_default());
    let given = text(&mut it, "params").or_else(|| text(&mut it, "rawArgs")).unwrap_or_default();
    let input = read::json(&given, MOST).unwrap_or_else(|_| given.into());
    let plain = name.strip_suffix("_v2").unwrap_or(&name);
    let call = block::call(&id, &name, verb(plain), hint(&input), input);
    let failed = match it.get("status").and_then(Value::as_str) {
        Some("completed") => false,
        Some("error") => true,
        // Not answered yet, or never.
        _ => return (call, None),
    };
    let result = text(&mut it, "result").unwrap_or_default();
    let (said, rejected, exit) = match read::json(&result, MOST) {
        Ok(Value::Object(mut fields)) => {
            let exit = fields.get("exitCode").and_then(Value::as_i64);
            let rejected = is(&fields, "rejected");
            let said = SAID.iter().find_map(|it| text(&mut fields, it));
            (
                said.unwrap_or_else(|| if exit.is_some() { String::new() } else { result }),
                rejected,
                exit,
            )
        }
        _ => (result, false, None),
    };
    let failed = failed || rejected || exit.is_some_and(|it| it != 0);
    let mut answer = block::result(&id, said.into(), failed);
    if let (Some(exit), Some(fields)) = (exit, answer.as_object_mut()) {
        fields.insert("exit".into(), exit.into());
    }
    (call, Some(answer))
}

fn usage(fields: &Object) -> Usage {
    let tokens = fields.get("tokenCount");
    let of = |field: &str| tokens.and_then(|it| it.get(field)).and_then(count).unwrap_or_default();
    Usage { input: of("inputTokens"), output: of("outputTokens"), ..Usage::default() }
}
