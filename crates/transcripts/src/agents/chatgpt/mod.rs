//! ChatGPT: what a person gets who asks for an export, a zip archive with all conversations in
//! lists. A conversation is a tree of messages: an edited prompt and an answer that was made
//! again begin a branch. All branches are kept.

mod message;

use std::collections::HashMap;

use driftline_core::Value;
use driftline_messages::block;

use self::message::Said;
use crate::{
    Form, Kept, List, Message, Name, Object, Rank, Reader, Record, Role,
    fields::{object, text},
    prose, time,
};

/// How far above a message the one is looked for that it follows: in between are those that
/// say nothing.
const CLIMB: usize = 64;

static EXPORT: List = List { named, mark: "\"mapping\"", records };

inventory::submit! {
    Reader {
        tool: "chatgpt",
        name: "ChatGPT",
        doc: "an export of ChatGPT: the zip archive, or conversations.json out of it",
        version: 1,
        places: |_| Vec::new(),
        accepts: |path| EXPORT.is_in(path),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::List(&EXPORT),
    }
}

/// `conversations.json`; since spring 2026 `conversations-000.json` and so on.
fn named(name: &str) -> bool {
    let stem = name.strip_suffix(".json").and_then(|it| it.strip_prefix("conversations"));
    stem.is_some_and(|it| match it.strip_prefix('-') {
        Some(number) => !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()),
        None => it.is_empty(),
    })
}

fn records(mut conversation: Object) -> Vec<Record> {
    let Some(mapping) = object(&mut conversation, "mapping") else { return Vec::new() };
    let id = ["conversation_id", "id"].into_iter().find_map(|it| text(&mut conversation, it));
    let Some(id) = id else { return Vec::new() };
    let seconds = |field| conversation.get(field).and_then(Value::as_f64).and_then(time::seconds);
    let of = |kind: &str, time| Record {
        kind: kind.to_owned(),
        session: Some(id.clone()),
        time,
        ..Record::default()
    };
    let mut all = vec![of("conversation", seconds("create_time"))];
    let title = conversation.get("title").and_then(Value::as_str).filter(|it| *it != "New chat");
    if let Some(text) = title.and_then(prose::title) {
        let name = Some(Name { rank: Rank::Title, text, leaf: None });
        all.push(Record { name, ..of("title", seconds("update_time")) });
    }

    let tree = Tree::of(mapping);
    let mut said: Vec<_> =
        tree.nodes.iter().filter_map(|(name, it)| Some((name, it, it.said.as_ref()?))).collect();
    said.sort_by_key(|(name, _, said)| (said.time, *name));
    all.extend(said.into_iter().map(|(name, node, said)| {
        let base = of(&said.kind, said.time);
        Record { raw: Some(node.raw.clone()), ..tree.record(base, name, said) }
    }));
    all
}

/// The messages of a conversation by their names.
struct Tree {
    nodes: HashMap<String, Node>,
}

struct Node {
    parent: Option<String>,
    said: Option<Said>,
    raw: String,
}

impl Tree {
    fn of(mapping: Object) -> Self {
        let nodes = mapping.into_iter().filter_map(|(name, node)| {
            let raw = node.to_string();
            let Value::Object(mut node) = node else { return None };
            let parent = text(&mut node, "parent");
            let said = object(&mut node, "message").and_then(|it| Said::of(it, &name));
            Some((name, Node { parent, said, raw }))
        });
        Self { nodes: nodes.collect() }
    }

    fn record(&self, base: Record, name: &str, said: &Said) -> Record {
        let mut blocks = said.blocks.clone();
        if said.role == Role::Tool {
            let call = self.above(name, |it| it.calls);
            let output = match blocks.as_mut_slice() {
                [only] if only.get("text").is_some() => only.get_mut("text").map(Value::take),
                _ => None,
            };
            let output = output.unwrap_or_else(|| blocks.into());
            blocks = vec![block::result(call.unwrap_or_default(), output, said.failed)];
        }
        let prompt = (said.role == Role::User).then(|| prose::headline(&blocks)).flatten();
        Record {
            name: prompt.map(|text| Name { rank: Rank::Prompt, text, leaf: None }),
            model: said.model.clone(),
            kept: Some(Box::new(Kept {
                external_id: Some(name.to_owned()),
                role: said.role,
                blocks,
                parent: self.above(name, |_| true).map(str::to_owned),
                prompt: said.prompt,
                beside: Vec::new(),
                message: Message {
                    model: said.model.clone(),
                    finished: said.finished,
                    ..Message::default()
                },
            })),
            ..base
        }
    }

    /// The nearest message above one that says something `wanted`.
    fn above(&self, name: &str, wanted: impl Fn(&Said) -> bool) -> Option<&str> {
        let mut at = self.nodes.get(name)?;
        for _ in 0..CLIMB {
            let parent = at.parent.as_deref()?;
            at = self.nodes.get(parent)?;
            if at.said.as_ref().is_some_and(&wanted) {
                return Some(parent);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn lists_of_conversations_are_told_by_their_names() {
        assert!(named("conversations.json") && named("conversations-012.json"));
        for name in [
            "shared_conversations.json",
            "conversations-.json",
            "conversations-a.json",
            "._conversations.json",
            "conversations.json.bak",
            "conversations",
        ] {
            assert!(!named(name), "{name}");
        }
    }
}
