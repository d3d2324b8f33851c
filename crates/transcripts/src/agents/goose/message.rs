//! One message: `{"id", "role", "created", "content", "metadata"}`. What tools answered
//! stands in messages of the role `user`, and becomes a row of its own.

use driftline_core::{Millis, Value};
use driftline_messages::block;

use super::content::Said;
use crate::{
    Kept, Name, Object, Rank, Record, Role,
    fields::{object, text},
    hash::hash64,
    prose, time,
};

/// A greater number is a time in milliseconds, a smaller one in seconds.
const SECONDS: i64 = 10_000_000_000;

/// The records of a message. `prompt` is what its texts are if it is a user's; `older`: it
/// is named by what it says, because its id differs from machine to machine.
pub(super) fn records(
    mut base: Record,
    mut message: Object,
    prompt: Option<bool>,
    older: bool,
) -> Vec<Record> {
    let raw = Value::Object(message.clone()).to_string();
    base.kind = text(&mut message, "role").unwrap_or_else(|| "(no role)".into());
    base.time = message.get("created").and_then(Value::as_i64).map(moment);
    let id = text(&mut message, "id");
    let metadata = object(&mut message, "metadata").unwrap_or_default();
    let sees = |who: &str| metadata.get(who).and_then(Value::as_bool) != Some(false);
    let (person, model) = (sees("userVisible"), sees("agentVisible"));
    // What neither sees any more was written once more, after a compaction.
    if !person && !model {
        return vec![Record { raw: Some(raw), ..base }];
    }
    let content = match message.remove("content") {
        Some(Value::Array(content)) => content,
        _ => Vec::new(),
    };
    let Said { own, answers, notices } = Said::of(content);
    let role = match base.kind.as_str() {
        "assistant" if person => Role::Assistant,
        "user" if person => Role::User,
        "assistant" | "user" => Role::Meta,
        _ => Role::Other,
    };
    let several = [&own, &answers, &notices].iter().filter(|it| !it.is_empty()).count() > 1;
    let parts =
        [(role, own, ""), (Role::Tool, answers, ":result"), (Role::System, notices, ":notice")];
    let mut all = Vec::new();
    for (role, blocks, ending) in parts {
        if blocks.is_empty() {
            continue;
        }
        let name = if older { Some(named(&base, &blocks)) } else { id.clone() };
        let ending = if several { ending } else { "" };
        let blocks = match role {
            Role::Other => vec![block::other(&base.kind, blocks.into())],
            _ => blocks,
        };
        let mut kept = Kept::of(role, blocks);
        kept.external_id = name.map(|it| it + ending);
        let mut record = Record { raw: Some(raw.clone()), ..base.clone() };
        match role {
            Role::User => {
                kept.prompt = prompt;
                let rank = if prompt == Some(true) { Rank::Prompt } else { Rank::Task };
                record.name =
                    prose::headline(&kept.blocks).map(|text| Name { rank, text, leaf: None });
            }
            Role::Meta => kept.prompt = Some(false),
            _ => (),
        }
        record.kept = Some(Box::new(kept));
        all.push(record);
    }
    all
}

fn moment(created: i64) -> Millis {
    time::clamp(if created > SECONDS { created } else { created.saturating_mul(1_000) })
}

/// A name that a message has wherever it is kept.
fn named(base: &Record, blocks: &[Value]) -> String {
    let said = Value::from(blocks).to_string();
    let time = base.time.unwrap_or_default().to_string();
    format!("{}:{:016x}", base.kind, hash64(&[&base.kind, &time, &said]))
}
