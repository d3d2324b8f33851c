//! Claude.ai: what a person gets who asks for an export, a zip archive in which
//! `conversations.json` has all conversations. Messages hold blocks as Anthropic's interface
//! has them, tools' answers beside the calls. They form a tree in exports of 2026.

use driftline_core::Value;
use driftline_messages::block;

use crate::{
    Form, Kept, List, Name, Object, Rank, Reader, Record, Role, anthropic,
    fields::{is_type, text},
    prose, time,
};

/// What the first message of a conversation follows.
const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

static EXPORT: List =
    List { named: |name| name == "conversations.json", mark: "\"chat_messages\"", records };

inventory::submit! {
    Reader {
        tool: "claude-ai",
        name: "Claude.ai",
        doc: "an export of Claude.ai: the zip archive, or conversations.json out of it",
        version: 1,
        places: |_| Vec::new(),
        accepts: |path| EXPORT.is_in(path),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::List(&EXPORT),
    }
}

fn records(mut conversation: Object) -> Vec<Record> {
    let Some(Value::Array(messages)) = conversation.remove("chat_messages") else {
        return Vec::new();
    };
    let Some(id) = text(&mut conversation, "uuid") else { return Vec::new() };
    let mut time = |field| text(&mut conversation, field).and_then(|it| time::parse(&it));
    let (created, updated) = (time("created_at"), time("updated_at"));
    let of = |kind: &str, time| Record {
        kind: kind.to_owned(),
        session: Some(id.clone()),
        time,
        ..Record::default()
    };
    let model = text(&mut conversation, "model");
    let mut all = vec![Record { model, ..of("conversation", created) }];
    if let Some(text) = text(&mut conversation, "name").and_then(|it| prose::title(&it)) {
        let name = Some(Name { rank: Rank::Title, text, leaf: None });
        all.push(Record { name, ..of("title", updated) });
    }
    for message in messages {
        let raw = Some(message.to_string());
        let Value::Object(mut message) = message else { continue };
        let time = text(&mut message, "created_at").and_then(|it| time::parse(&it));
        let base = Record { raw, ..of("message", time) };
        all.extend(said(message, &base));
    }
    all
}

/// What a message says, and what tools answered in it.
fn said(mut message: Object, base: &Record) -> Vec<Record> {
    let id = text(&mut message, "uuid");
    let sender = text(&mut message, "sender").unwrap_or_else(|| "(no sender)".into());
    let parent = text(&mut message, "parent_message_uuid").filter(|it| it != NOTHING);
    let (answers, mut blocks): (Vec<_>, Vec<_>) =
        content(&mut message).into_iter().partition(|it| is_type(it, "result"));
    blocks.extend(attached(&mut message));

    let mut records = Vec::new();
    let mut keep = |kind: &str, kept: Kept| {
        let prompt = (kept.role == Role::User).then(|| prose::headline(&kept.blocks)).flatten();
        let name = prompt.map(|text| Name { rank: Rank::Prompt, text, leaf: None });
        let kept = (!kept.blocks.is_empty()).then(|| Box::new(kept));
        records.push(Record { kind: kind.to_owned(), name, kept, ..base.clone() });
    };
    let (role, prompt) = match sender.as_str() {
        "human" => (Role::User, Some(true)),
        "assistant" => (Role::Assistant, None),
        _ => {
            blocks = vec![block::other(&sender, blocks.into())];
            (Role::Other, None)
        }
    };
    keep(&sender, Kept { external_id: id.clone(), prompt, parent, ..Kept::of(role, blocks) });
    if !answers.is_empty() {
        let external_id = id.as_ref().map(|it| format!("{it}:answers"));
        keep("tool", Kept { external_id, parent: id, ..Kept::of(Role::Tool, answers) });
    }
    records
}

/// The blocks of a message. Older ones have their text alone.
fn content(message: &mut Object) -> Vec<Value> {
    let mut blocks = message.remove("content").unwrap_or_default();
    if let Some(blocks) = blocks.as_array_mut() {
        // How much the model could still say.
        blocks.retain(|it| !is_type(it, "token_budget"));
    }
    let said = |it: &Value| it.get("text").and_then(Value::as_str) != Some("");
    let mut blocks: Vec<_> = anthropic::blocks(blocks).into_iter().filter(said).collect();
    if blocks.is_empty() {
        blocks.extend(text(message, "text").map(block::text));
    }
    blocks
}

/// What was sent along: texts that were read out of files, or long ones that were pasted; and
/// the names of files that are not in the export.
fn attached(message: &mut Object) -> Vec<Value> {
    let mut all = Vec::new();
    for (field, kind) in [("attachments", "attachment"), ("files", "file")] {
        let Some(Value::Array(files)) = message.remove(field) else { continue };
        all.extend(files.into_iter().map(|it| block::other(kind, it)));
    }
    all
}
