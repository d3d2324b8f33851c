//! pi, and what is built on it: one JSON entry to a line, in
//! `~/.pi/agent/sessions/<folder>/<time>_<session>.jsonl`. Entries form a tree; their names
//! are short, and a fork has copies of them under the same names.

use std::path::Path;

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use crate::{
    Form, Kept, Name, Object, Rank, Reader, Record, Records, Role, anthropic,
    fields::{count, is, object, text, time},
    prose,
    tool::{hint, verb},
};

inventory::submit! {
    Reader {
        tool: "pi",
        name: "pi",
        doc: "pi's sessions, in ~/.pi/agent/sessions",
        version: 2,
        places: |home| vec![home.join(".pi/agent/sessions")],
        accepts: |path| path.extension().is_some_and(|it| it == "jsonl"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines { starts: &["{\"type\":"], open },
    }
}

fn open(_: &Path) -> Box<dyn Records> {
    Box::<Session>::default()
}

/// The session, as the first line of a file names it.
#[derive(Default)]
struct Session(Option<String>);

impl Records for Session {
    fn take(&mut self, line: Object) -> Vec<Record> {
        let mut record = record(line);
        match &self.0 {
            None => self.0.clone_from(&record.session),
            known => record.session.clone_from(known),
        }
        vec![record]
    }
}

fn record(mut fields: Object) -> Record {
    let kind = text(&mut fields, "type").unwrap_or_else(|| "(no type)".into());
    let mut record = Record { kind, time: time(&mut fields), ..Record::default() };
    let kept = match record.kind.as_str() {
        "session" => {
            record.session = text(&mut fields, "id");
            record.cwd = text(&mut fields, "cwd");
            // The first version says it here.
            record.model = text(&mut fields, "modelId");
            text(&mut fields, "parentSession").and_then(|it| origin(&it)).map(|it| Kept::fork(&it))
        }
        "model_change" => {
            record.model = text(&mut fields, "modelId");
            None
        }
        "thinking_level_change" | "label" | "custom" => None,
        "message" => object(&mut fields, "message").map(|it| message(&mut record, it)),
        "compaction" | "branch_summary" => Some(summary(&mut fields)),
        "custom_message" => Some(injected(&mut fields)),
        "session_info" => {
            let given = text(&mut fields, "name").and_then(|it| prose::title(&it));
            record.name = given.map(|text| Name { rank: Rank::Custom, text, leaf: None });
            None
        }
        kind => {
            let value = Value::Object(std::mem::take(&mut fields));
            let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
            let mut kept = Kept::of(Role::Other, vec![block::other(kind, value)]);
            kept.external_id = id;
            Some(kept)
        }
    };
    if let Some(mut kept) = kept {
        kept.external_id = text(&mut fields, "id").or(kept.external_id);
        kept.parent = text(&mut fields, "parentId");
        record.kept = Some(Box::new(kept));
    }
    record
}

/// The session whose file has this path: `<time>_<session>.jsonl`.
fn origin(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?.strip_suffix(".jsonl")?;
    Some(name.split_once('_')?.1.to_owned())
}

fn summary(fields: &mut Object) -> Kept {
    let tokens = fields.remove("tokensBefore");
    let notice = tokens.map(|it| block::notice("compaction", json!({ "tokens": it })));
    let said = text(fields, "summary").map(block::text);
    Kept::of(Role::Summary, notice.into_iter().chain(said).collect())
}

/// What an extension says in the person's name.
fn injected(fields: &mut Object) -> Kept {
    let content = fields.remove("content").unwrap_or_default();
    Kept { prompt: Some(false), ..Kept::of(Role::Meta, blocks(content)) }
}

fn message(record: &mut Record, mut message: Object) -> Kept {
    let role = text(&mut message, "role");
    match role.as_deref() {
        Some("user") => {
            let mut kept = Kept::of(Role::User, content(&mut message));
            kept.prompt = Some(true);
            let name = prose::headline(&kept.blocks);
            record.name = name.map(|text| Name { rank: Rank::Prompt, text, leaf: None });
            kept
        }
        Some("assistant") => {
            let mut kept = Kept::of(Role::Assistant, content(&mut message));
            let ended = text(&mut message, "stopReason");
            let why = message.remove("errorMessage").unwrap_or_default();
            kept.blocks.extend(match ended.as_deref() {
                Some("error") => Some(block::notice("error", why)),
                Some("aborted") => Some(block::notice("interrupted", why)),
                _ => None,
            });
            kept.message.model = text(&mut message, "model");
            kept.message.usage = message.get("usage").map(usage).unwrap_or_default();
            record.model.clone_from(&kept.message.model);
            kept
        }
        Some("toolResult") => {
            let call = text(&mut message, "toolCallId").unwrap_or_default();
            let failed = is(&message, "isError");
            let output = content(&mut message).into();
            Kept::of(Role::Tool, vec![block::result(&call, output, failed)])
        }
        // The person ran a command themselves.
        Some("bashExecution") => {
            let command = text(&mut message, "command").unwrap_or_default();
            let output = text(&mut message, "output").unwrap_or_default();
            let mut kept =
                Kept::of(Role::User, vec![block::text(format!("! {command}\n{output}"))]);
            kept.prompt = Some(false);
            kept
        }
        Some("custom" | "hookMessage") => injected(&mut message),
        Some("branchSummary" | "compactionSummary") => summary(&mut message),
        role => {
            let kind = role.unwrap_or("message").to_owned();
            Kept::of(Role::Other, vec![block::other(&kind, Value::Object(message))])
        }
    }
}

fn content(message: &mut Object) -> Vec<Value> {
    blocks(message.remove("content").unwrap_or_default())
}

fn blocks(content: Value) -> Vec<Value> {
    match content {
        Value::Array(blocks) => blocks.into_iter().flat_map(one).collect(),
        other => anthropic::blocks(other),
    }
}

/// A block. Calls, images and sealed thoughts are written in pi's own way.
fn one(mut value: Value) -> Vec<Value> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    match (kind.as_str(), value.as_object_mut()) {
        ("toolCall", Some(call)) => {
            let [id, name] = ["id", "name"].map(|it| text(call, it).unwrap_or_default());
            let input = call.remove("arguments").unwrap_or_default();
            vec![block::call(&id, &name, verb(&name), hint(&input), input)]
        }
        ("image", Some(image)) if image.contains_key("data") => {
            let [kind, data] = ["mimeType", "data"].map(|it| text(image, it).unwrap_or_default());
            vec![block::image(&kind, data)]
        }
        ("thinking", Some(thought)) if is(thought, "redacted") => vec![block::sealed()],
        _ => anthropic::blocks(value),
    }
}

fn usage(value: &Value) -> Usage {
    let tokens = |field: &str| value.get(field).and_then(count).unwrap_or_default();
    Usage {
        input: tokens("input").saturating_add(tokens("cacheWrite")),
        cached: tokens("cacheRead"),
        output: tokens("output"),
        reasoning: 0,
        cost: value.get("cost").and_then(|it| it.get("total")?.as_f64()),
    }
}
