//! An item of a session's history: a message, and what is known of the calls in it. It is
//! written anew while those run, so its name is made of what stays: the first call in it, or
//! its text.

use std::collections::HashMap;

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use crate::{
    Kept, Message, Name, Object, Rank, Record, Role,
    fields::{count, object, text},
    hash::hash64,
    prose,
    tool::{hint, verb},
};

/// Items in order.
pub(super) struct Items {
    base: Record,
    /// How many of each text there were.
    equal: HashMap<u64, u64>,
    /// Whether a prompt names the session: with no times, none is the first by itself.
    named: bool,
}

impl Items {
    pub(super) fn of(session: Option<String>) -> Self {
        let base = Record { session, ..Record::default() };
        Self { base, equal: HashMap::new(), named: false }
    }

    pub(super) fn take(&mut self, item: Value) -> Vec<Record> {
        let raw = Some(item.to_string());
        let Value::Object(mut item) = item else { return Vec::new() };
        let mut message = object(&mut item, "message").unwrap_or_default();
        let kind = text(&mut message, "role").unwrap_or_else(|| "(no role)".into());
        let base = Record { kind, raw, ..self.base.clone() };
        let content = message.remove("content").unwrap_or_default();
        let summary = text(&mut item, "conversationSummary");
        let mut all = match base.kind.as_str() {
            "user" => vec![self.user(base, content, item)],
            "assistant" => self.assistant(base, content, message, item),
            "thinking" => {
                let said = content.as_str().filter(|it| !it.is_empty());
                let block = said.map_or_else(block::sealed, block::thinking);
                let name = self.name(&base.kind, &content);
                vec![row(base, kept(name, Role::Assistant, vec![block]))]
            }
            "tool" => {
                let call = text(&mut message, "toolCallId").unwrap_or_default();
                vec![answer(&base, &call, output(content), false)]
            }
            // What the program tells the model about itself.
            "system" => vec![base],
            kind => {
                let name = self.name(kind, &content);
                message.insert("content".into(), content);
                let other = vec![block::other(kind, Value::Object(message))];
                vec![row(base.clone(), kept(name, Role::Other, other))]
            }
        };
        if let Some(summary) = summary {
            let name = self.name("summary", &summary.as_str().into());
            let base = Record { kind: "summary".into(), ..self.base.clone() };
            all.push(row(base, kept(name, Role::Summary, vec![block::text(summary)])));
        }
        all
    }

    fn user(&mut self, mut base: Record, content: Value, mut item: Object) -> Record {
        let name = self.name("user", &content);
        let mut blocks = parts(content);
        if !self.named {
            let text = prose::headline(&blocks);
            base.name = text.map(|text| Name { rank: Rank::Prompt, text, leaf: None });
            self.named = base.name.is_some();
        }
        // What the person pointed at: its text is the program's, its name the person's.
        let Some(Value::Array(attached)) = item.remove("contextItems") else {
            return row(base, Kept { prompt: Some(true), ..kept(name, Role::User, blocks) });
        };
        blocks.extend(attached.into_iter().map(|it| {
            let of = |field: &str| it.get(field).filter(|it| it.is_string());
            block::other("context", json!({ "name": of("name"), "description": of("description") }))
        }));
        row(base, Kept { prompt: Some(true), ..kept(name, Role::User, blocks) })
    }

    fn assistant(
        &mut self,
        mut base: Record,
        content: Value,
        mut message: Object,
        mut item: Object,
    ) -> Vec<Record> {
        let calls = match message.remove("toolCalls") {
            Some(Value::Array(calls)) => calls,
            _ => Vec::new(),
        };
        let first = calls.iter().find_map(|it| it.get("id")?.as_str());
        let first = first.filter(|it| !it.is_empty()).map(str::to_owned);
        let name = first.unwrap_or_else(|| self.name("assistant", &content));
        let thought = object(&mut item, "reasoning").and_then(|mut it| text(&mut it, "text"));
        let mut blocks: Vec<_> = thought.map(block::thinking).into_iter().collect();
        blocks.extend(parts(content));
        blocks.extend(calls.into_iter().map(call));

        let usage = object(&mut message, "usage");
        let model = usage.as_ref().and_then(|it| it.get("model")?.as_str()).map(str::to_owned);
        base.model.clone_from(&model);
        let finished = usage.is_some();
        let usage = usage.map(|it| tokens(&it)).unwrap_or_default();
        let message = Message { model, usage, finished };

        let states = match item.remove("toolCallStates") {
            Some(Value::Array(states)) => states,
            _ => item.remove("toolCallState").into_iter().collect(),
        };
        let answers: Vec<_> = states.into_iter().filter_map(|it| answered(&base, it)).collect();
        let kept = Kept { message, ..kept(name, Role::Assistant, blocks) };
        std::iter::once(row(base, kept)).chain(answers).collect()
    }

    /// What a message without a call is called.
    fn name(&mut self, kind: &str, content: &Value) -> String {
        let hash = hash64(&[kind, &content.to_string()]);
        let before = self.equal.entry(hash).or_insert(0);
        *before += 1;
        match *before {
            1 => format!("{kind}:{hash:016x}"),
            nth => format!("{kind}:{hash:016x}:{nth}"),
        }
    }
}

/// The blocks of a message: a text, or a list of texts and images.
fn parts(content: Value) -> Vec<Value> {
    match content {
        Value::String(text) if !text.is_empty() => vec![block::text(text)],
        Value::Array(parts) => parts.iter().map(part).collect(),
        Value::String(_) | Value::Null => Vec::new(),
        other => vec![block::other("content", other)],
    }
}

fn part(part: &Value) -> Value {
    let of = |field: &str| part.get(field).and_then(Value::as_str);
    if let (Some("text"), Some(text)) = (of("type"), of("text")) {
        return block::text(text);
    }
    let url = part.get("imageUrl").and_then(|it| it.get("url")?.as_str());
    let inside = url.and_then(|it| it.strip_prefix("data:")?.split_once(";base64,"));
    match (inside, of("type")) {
        (Some((media_type, data)), _) => block::image(media_type, data),
        (None, Some("imageUrl")) => block::image("", ""),
        (None, kind) => block::other(kind.unwrap_or("no type"), part.clone()),
    }
}

fn call(mut call: Value) -> Value {
    let text = |it: Option<&Value>| it.and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = text(call.get("id"));
    let mut function = call.get_mut("function").map(Value::take).unwrap_or_default();
    let name = text(function.get("name"));
    let input = match function.get_mut("arguments").map(Value::take) {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other.unwrap_or_default(),
    };
    block::call(&id, &name, verb(&name), hint(&input), input)
}

/// The answer of a call, if it has come.
fn answered(base: &Record, state: Value) -> Option<Record> {
    let Value::Object(mut state) = state else { return None };
    let call = text(&mut state, "toolCallId")?;
    let failed = match state.get("status").and_then(Value::as_str) {
        Some("done") => false,
        Some("errored" | "canceled") => true,
        _ => return None,
    };
    let output = output(state.remove("output").unwrap_or_default());
    Some(answer(base, &call, output, failed))
}

fn answer(base: &Record, call: &str, output: Value, failed: bool) -> Record {
    let exit = output.as_str().filter(|_| failed).and_then(exit_of);
    let mut block = block::result(call, output, failed);
    if let (Some(exit), Some(block)) = (exit, block.as_object_mut()) {
        block.insert("exit".into(), exit.into());
    }
    let base = Record { kind: "tool".into(), model: None, name: None, ..base.clone() };
    let finished = Message { finished: true, ..Message::default() };
    let kept = kept(format!("{call}:result"), Role::Tool, vec![block]);
    // The message that holds it has all of its text.
    Record { raw: None, ..row(base, Kept { message: finished, ..kept }) }
}

/// What a tool said: a list of `{content, name, description}`, or a message's content.
fn output(output: Value) -> Value {
    let Value::Array(items) = output else { return output };
    if items.iter().any(|it| it.get("content").is_none()) {
        return parts(Value::Array(items)).into();
    }
    let said = items.iter().filter_map(|it| it.get("content")?.as_str());
    said.collect::<Vec<_>>().join("\n").into()
}

/// The code that a command ended with, as its output tells it.
fn exit_of(said: &str) -> Option<i64> {
    let line = said.lines().next()?;
    line.split_once("(exit code ")?.1.split_once(')')?.0.parse().ok()
}

/// Tokens that were at hand are counted among those that were read.
fn tokens(usage: &Object) -> Usage {
    let of = |field: &str| usage.get(field).and_then(count).unwrap_or_default();
    let inner = |field: &str, name: &str| {
        usage.get(field).and_then(|it| it.get(name)).and_then(count).unwrap_or_default()
    };
    let (input, cached) = (of("prompt_tokens"), inner("prompt_tokens_details", "cached_tokens"));
    Usage {
        input: input.saturating_sub(cached),
        cached,
        output: of("completion_tokens"),
        reasoning: inner("completion_tokens_details", "reasoning_tokens"),
        cost: usage.get("cost_cents").and_then(Value::as_f64).map(|it| it / 100.0),
    }
}

fn kept(name: String, role: Role, blocks: Vec<Value>) -> Kept {
    let (parent, prompt, beside, message) = (None, None, Vec::new(), Message::default());
    Kept { external_id: Some(name), role, blocks, parent, prompt, beside, message }
}

/// A record that says nothing is left out.
fn row(base: Record, kept: Kept) -> Record {
    let kept = (!kept.blocks.is_empty()).then(|| Box::new(kept));
    Record { kept, ..base }
}
