//! Loading what a window says: only the messages in it are read.

use std::collections::{BTreeSet, HashMap};

use driftline_core::{EntityDescriptor, Id, Timestamp, Value, store::ReadTx, view};

use super::{
    MESSAGES,
    block::{Block, blocks},
    content::{Content, Piece, Shown},
    fold::{Item, ItemKind, Step},
    gist::Voice,
    image,
    said::{Said, command, said},
    skeleton::Conversation,
};

/// What the messages of a window hold, by their index.
pub(super) struct Bodies(HashMap<usize, Body>);

pub(super) struct Body {
    content: Option<Value>,
    pub(super) text: Option<String>,
    model: Option<String>,
    pub(super) role: String,
}

impl Conversation {
    /// What some items of a strand say.
    pub(super) fn load(
        &self,
        tx: &dyn ReadTx,
        strand: usize,
        items: std::ops::Range<usize>,
    ) -> driftline_core::Result<Vec<Shown>> {
        let all = self.strands.get(strand).map_or(&[][..], |it| &it.items);
        let start = items.start.min(all.len());
        let range = &all[start..items.end.clamp(start, all.len())];
        let bodies = self.bodies(tx, range)?;
        let show = |(place, it): (usize, &Item)| self.show(start + place, it, &bodies);
        Ok(range.iter().enumerate().map(show).collect())
    }

    fn bodies(&self, tx: &dyn ReadTx, items: &[Item]) -> driftline_core::Result<Bodies> {
        let entity = tx.schema().entity(MESSAGES)?;
        let wanted: BTreeSet<usize> = items.iter().flat_map(needs).collect();
        let mut bodies = HashMap::with_capacity(wanted.len());
        for message in wanted {
            if let Some(body) = read(tx, entity, self.gists[message].id)? {
                bodies.insert(message, body);
            }
        }
        Ok(Bodies(bodies))
    }

    fn show(&self, place: usize, item: &Item, bodies: &Bodies) -> Shown {
        let first = item.messages.first().copied();
        let pieces = |message: usize| {
            let all = bodies.blocks(message);
            all.enumerate().flat_map(|(at, it)| self.pieces(message, at, it, bodies)).collect()
        };
        let content = match &item.kind {
            ItemKind::Prompt => Content::Prompt(first.map(pieces).unwrap_or_default()),
            ItemKind::Command => self.command(first, bodies),
            ItemKind::Reply => Content::Reply {
                // `<synthetic>`: the program says it in the agent's place.
                model: first
                    .and_then(|it| bodies.0.get(&it)?.model.clone())
                    .filter(|it| !it.starts_with('<')),
                pieces: first.map(pieces).unwrap_or_default(),
            },
            ItemKind::Run(steps) => Content::Run(self.run(steps, bodies)),
            ItemKind::Compaction => self.compaction(item, bodies),
            ItemKind::Agent(strand) => Content::Agent(self.agent_line(*strand)),
        };
        let at = item.messages.iter().find_map(|it| self.gists[*it].at).map(Timestamp);
        let messages = item.messages.iter().map(|it| self.gists[*it].id).collect();
        Shown { item: place, messages, at, content }
    }

    /// What a block says that is neither a call nor an answer.
    pub(super) fn pieces(
        &self,
        message: usize,
        at: usize,
        block: Block<'_>,
        bodies: &Bodies,
    ) -> Vec<Piece> {
        let by_person = !matches!(self.gists[message].voice, Voice::Reply | Voice::Work);
        match block {
            Block::Text(text) if by_person => said(text)
                .into_iter()
                .map(|it| match it {
                    Said::Person(text) => Piece::Text(text.to_owned()),
                    Said::Program { tag, text } => {
                        Piece::Program { tag: tag.to_owned(), text: text.to_owned() }
                    }
                })
                .collect(),
            Block::Text(text) if text.trim().is_empty() => Vec::new(),
            Block::Text(text) => vec![Piece::Text(text.to_owned())],
            Block::Thinking(text) => vec![Piece::Thinking(text.to_owned())],
            Block::Sealed => vec![Piece::Thinking(String::new())],
            Block::Image(value) => {
                let before = bodies.blocks(message).take(at);
                let index = before.map(|it| image::count(&it)).sum();
                vec![Piece::Image(image::describe(self.gists[message].id, index, value))]
            }
            // A reply's calls are in the run behind it.
            Block::Call { .. } if !by_person => Vec::new(),
            Block::Call { name, input, .. } => vec![other(name, input)],
            Block::Result { content, .. } => vec![other("tool_result", content)],
            Block::Other { kind, value } => vec![other(kind, value)],
        }
    }

    fn command(&self, message: Option<usize>, bodies: &Bodies) -> Content {
        let mut typed = String::new();
        let mut pieces = Vec::new();
        let Some(message) = message else { return Content::Command { typed, pieces } };
        for (at, block) in bodies.blocks(message).enumerate() {
            match block {
                Block::Text(text) if typed.is_empty() => {
                    typed = command(text).unwrap_or_default();
                    let behind = said(text).into_iter().filter_map(|it| match it {
                        Said::Program { tag, text } if !tag.starts_with("command-") => {
                            Some(Piece::Program { tag: tag.into(), text: text.into() })
                        }
                        _ => None,
                    });
                    pieces.extend(behind);
                }
                block => pieces.extend(self.pieces(message, at, block, bodies)),
            }
        }
        Content::Command { typed, pieces }
    }

    fn compaction(&self, item: &Item, bodies: &Bodies) -> Content {
        let mut tokens = None;
        let mut summary = Vec::new();
        for message in &item.messages {
            for (at, block) in bodies.blocks(*message).enumerate() {
                match block {
                    Block::Other { value, .. } if self.gists[*message].voice == Voice::Boundary => {
                        tokens =
                            value.pointer("/compactMetadata/preTokens").and_then(Value::as_u64);
                    }
                    block => summary.extend(self.pieces(*message, at, block, bodies)),
                }
            }
        }
        Content::Compaction { tokens, summary }
    }
}

impl Bodies {
    /// A message, unless it is gone meanwhile.
    pub(super) fn of(&self, message: usize) -> Option<&Body> {
        self.0.get(&message)
    }

    /// The blocks of a message.
    pub(super) fn blocks(&self, message: usize) -> impl Iterator<Item = Block<'_>> {
        let body = self.0.get(&message);
        let mut of_content = blocks(body.and_then(|it| it.content.as_ref())).peekable();
        let plain = body.and_then(|it| it.text.as_deref()).filter(|_| of_content.peek().is_none());
        of_content.chain(plain.map(Block::Text))
    }
}

/// The messages whose content an item shows.
fn needs(item: &Item) -> Vec<usize> {
    let mut needed = item.messages.clone();
    if let ItemKind::Run(steps) = &item.kind {
        for step in steps {
            match step {
                Step::Call { call, result, .. } => {
                    needed
                        .extend([Some(*call), *result].into_iter().flatten().map(|it| it.message));
                }
                Step::Part(part) => needed.push(part.message),
                Step::Message(message) => needed.push(*message),
            }
        }
    }
    needed
}

fn read(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    id: Id,
) -> driftline_core::Result<Option<Body>> {
    let Some(view) = view::view(tx, entity, id)? else { return Ok(None) };
    let text = |field: &str| view.value(field).and_then(Value::as_str).map(str::to_owned);
    Ok(Some(Body {
        content: view.value("blocks").cloned(),
        text: text("text"),
        model: text("model"),
        role: text("role").unwrap_or_default(),
    }))
}

/// A block that is not known here.
pub(super) fn other(kind: &str, value: &Value) -> Piece {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    Piece::Other { kind: kind.to_owned(), json }
}
