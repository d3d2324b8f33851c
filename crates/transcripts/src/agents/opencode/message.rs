//! A message with its parts. It becomes one row, with two exceptions: what a tool answered
//! has a row of its own, and so has what the program added to a prompt.

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use super::{
    part::{Answer, Part, odd},
    tables::Stored,
};
use crate::{
    Kept, Message, Name, Object, Rank, Record, Role,
    fields::{count, is, object, text},
    prose, read, time,
};

/// The most values that a message or a part may hold.
pub(super) const MOST: usize = 100_000;

/// The records of a message in `session`; `agent` is the sub-agent's session that it is in.
pub(super) fn records(
    message: &Stored,
    parts: Vec<Stored>,
    session: &str,
    agent: Option<&str>,
) -> Vec<Record> {
    let mut base = Record {
        kind: "message".into(),
        session: Some(session.to_owned()),
        time: Some(time::clamp(message.time)),
        agent: agent.map(str::to_owned),
        ..Record::default()
    };
    let mut said = Said::of(parts);
    let Ok(Value::Object(mut data)) = read::json(&message.data, MOST) else {
        let odd = odd("message", &message.data);
        let kept = Kept { role: Role::Other, ..kept(&message.id, vec![odd]) };
        return vec![row(base, message, &said.parts, kept)];
    };
    if let Some(created) = data.get("time").and_then(|it| it.get("created")?.as_i64()) {
        base.time = Some(time::clamp(created));
    }
    base.cwd = object(&mut data, "path").and_then(|mut it| text(&mut it, "cwd"));
    base.kind = text(&mut data, "role").unwrap_or(base.kind);

    let mut all = Vec::new();
    for (part, Answer { block, ended }) in std::mem::take(&mut said.answers) {
        let base = Record {
            kind: "tool".into(),
            time: ended.map(time::clamp).or(base.time),
            cwd: None,
            raw: Some(part.raw()),
            ..base.clone()
        };
        let parent = Some(message.id.clone());
        let done = Message { finished: true, ..Message::default() };
        let kept = kept(&part.id, vec![block]);
        let kept = Kept { role: Role::Tool, parent, message: done, ..kept };
        all.push(Record { kept: Some(Box::new(kept)), ..base });
    }
    let added = std::mem::take(&mut said.added);
    if !added.is_empty() {
        let (parts, blocks): (Vec<_>, Vec<_>) = added.into_iter().unzip();
        let kept = kept(&format!("{}:added", message.id), blocks);
        let kept = Kept { role: Role::Meta, prompt: Some(false), ..kept };
        all.push(row(base.clone(), message, &parts, kept));
    }
    let first = match base.kind.as_str() {
        "user" => user(base, message, said),
        "assistant" => assistant(base, message, said, data),
        kind => {
            let mut blocks = vec![block::other(kind, Value::Object(data))];
            blocks.append(&mut said.blocks);
            let kept = Kept { role: Role::Other, ..kept(&message.id, blocks) };
            row(base, message, &said.parts, kept)
        }
    };
    all.insert(0, first);
    all
}

/// The parts of a message, by the row that they become.
#[derive(Default)]
struct Said {
    blocks: Vec<Value>,
    parts: Vec<Stored>,
    added: Vec<(Stored, Value)>,
    answers: Vec<(Stored, Answer)>,
}

impl Said {
    fn of(parts: Vec<Stored>) -> Self {
        let mut all = Self::default();
        for part in parts {
            match Part::of(&part) {
                Part::Nothing => all.parts.push(part),
                Part::Own(block) => {
                    all.blocks.push(block);
                    all.parts.push(part);
                }
                Part::Added(block) => all.added.push((part, block)),
                Part::Answered(block, answer) => {
                    all.blocks.push(block);
                    all.answers.push((part, answer));
                }
            }
        }
        all
    }
}

fn user(mut base: Record, message: &Stored, mut said: Said) -> Record {
    let is_notice = |it: &Value| it.get("type").is_some_and(|it| it == "notice");
    if said.blocks.iter().all(is_notice) {
        let kept = Kept { role: Role::System, ..kept(&message.id, said.blocks) };
        return row(base, message, &said.parts, kept);
    }
    let (rank, prompt) = match base.agent {
        Some(_) => (Rank::Task, None),
        None => {
            said.blocks.iter_mut().for_each(unquote);
            (Rank::Prompt, Some(true))
        }
    };
    base.name = prose::headline(&said.blocks).map(|text| Name { rank, text, leaf: None });
    let kept = Kept { prompt, ..kept(&message.id, said.blocks) };
    row(base, message, &said.parts, kept)
}

/// `opencode run` puts a prompt of several words into quotes, and a backslash before each
/// quote in it. The person did not.
fn unquote(block: &mut Value) {
    let Some(Value::String(text)) = block.get_mut("text") else { return };
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let Some(inner) = inner.filter(|it| it.contains(' ')) else { return };
    let plain = inner.replace("\\\"", "");
    if !plain.contains('"') {
        *text = inner.replace("\\\"", "\"");
    }
}

fn assistant(mut base: Record, message: &Stored, mut said: Said, mut data: Object) -> Record {
    let ended = data.get("time").is_some_and(|it| it.get("completed").is_some_and(Value::is_i64));
    let error = data.get("error").filter(|it| !it.is_null());
    if let Some(error) = error {
        let told = error.get("data").and_then(|it| it.get("message"));
        let details = json!({ "name": error.get("name"), "text": told });
        said.blocks.push(block::notice("error", details));
    }
    let finished = ended || error.is_some();
    let usage = usage(&data);
    let model = text(&mut data, "modelID");
    base.model.clone_from(&model);
    let role = if is(&data, "summary") { Role::Summary } else { Role::Assistant };
    let parent = text(&mut data, "parentID");
    let kept = kept(&message.id, said.blocks);
    let kept = Kept { role, parent, message: Message { model, usage, finished }, ..kept };
    row(base, message, &said.parts, kept)
}

fn usage(data: &Object) -> Usage {
    let tokens = data.get("tokens");
    let one = |it: Option<&Value>| it.and_then(count).unwrap_or_default();
    let of = |field: &str| one(tokens.and_then(|it| it.get(field)));
    let cache = |field: &str| one(tokens.and_then(|it| it.get("cache")?.get(field)));
    let reasoning = of("reasoning");
    Usage {
        input: of("input").saturating_add(cache("write")),
        cached: cache("read"),
        output: of("output").saturating_add(reasoning),
        reasoning,
        cost: data.get("cost").and_then(Value::as_f64),
    }
}

fn kept(id: &str, blocks: Vec<Value>) -> Kept {
    Kept {
        external_id: Some(id.to_owned()),
        role: Role::User,
        blocks,
        parent: None,
        prompt: None,
        beside: Vec::new(),
        message: Message::default(),
    }
}

/// The record of a message; while it says nothing it is left out.
fn row(base: Record, message: &Stored, parts: &[Stored], kept: Kept) -> Record {
    let raw = Some(message.raw_with(parts));
    let kept = (!kept.blocks.is_empty()).then(|| Box::new(kept));
    Record { raw, kept, ..base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_programs_quotes_are_taken_off() {
        let plain = |text: &str| {
            let mut block = block::text(text);
            unquote(&mut block);
            block["text"].as_str().map(str::to_owned).unwrap()
        };
        assert_eq!(plain(r#""say \"hi\" twice""#), r#"say "hi" twice"#);
        for same in [r#""one""#, r#""a" or "b""#, r#"fix "it all""#, r#"""#, ""] {
            assert_eq!(plain(same), same);
        }
    }
}
