//! Loading what a window says: only the messages in it are read.

use std::collections::{BTreeSet, HashMap};

use driftline_core::{EntityDescriptor, Id, Timestamp, Value, store::ReadTx, view};

use driftline_entities::messages::block::{Block, blocks};
use driftline_text::said::{Said, command, said};

use super::{
    MESSAGES,
    content::{Content, Piece, Shown},
    fold::{Item, ItemKind, Step},
    gist::Voice,
    image,
    skeleton::Conversation,
};
use crate::{Patience, Result};

/// What the messages of a window hold, by their index, each taken apart once: a message may
/// have a hundred thousand blocks.
pub(super) struct Bodies<'a>(HashMap<usize, Apart<'a>>);

struct Apart<'a> {
    body: &'a Body,
    blocks: Vec<Block<'a>>,
    /// How many images, and how many answers, come before each block.
    before: Vec<(usize, usize)>,
}

pub(super) struct Body {
    content: Option<Value>,
    text: Option<String>,
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
        patience: &Patience,
    ) -> Result<Vec<Shown>> {
        let all = self.strands.get(strand).map_or(&[][..], |it| &it.items);
        let start = items.start.min(all.len());
        let range = &all[start..items.end.clamp(start, all.len())];
        let read = self.bodies(tx, range, patience)?;
        let bodies = Bodies::of(&read);
        let show = |(place, it): (usize, &Item)| {
            patience.check()?;
            Ok(self.show(start + place, it, &bodies))
        };
        range.iter().enumerate().map(show).collect()
    }

    fn bodies(
        &self,
        tx: &dyn ReadTx,
        items: &[Item],
        patience: &Patience,
    ) -> Result<HashMap<usize, Body>> {
        let entity = tx.schema().entity(MESSAGES)?;
        let wanted: BTreeSet<usize> = items.iter().flat_map(needs).collect();
        let mut bodies = HashMap::with_capacity(wanted.len());
        for message in wanted {
            patience.check()?;
            if let Some(body) = read(tx, entity, self.gists[message].id)? {
                bodies.insert(message, body);
            }
        }
        Ok(bodies)
    }

    fn show(&self, place: usize, item: &Item, bodies: &Bodies<'_>) -> Shown {
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
                    .and_then(|it| bodies.of_message(it)?.model.clone())
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
        bodies: &Bodies<'_>,
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
            Block::Thinking(text) => {
                vec![Piece::Thinking(text.unwrap_or_default().to_owned())]
            }
            Block::Image(value) => {
                let (index, _) = bodies.before(message, at);
                vec![Piece::Image(image::describe(self.gists[message].id, index, value))]
            }
            // A reply's calls are in the run behind it.
            Block::Call(_) if !by_person => Vec::new(),
            Block::Call(call) => vec![other(call.name, call.input)],
            Block::Result(answer) => vec![other("result", answer.output)],
            Block::Notice { kind, details } => vec![other(kind, details)],
            Block::Other { kind, value } => vec![other(kind, value)],
        }
    }

    fn command(&self, message: Option<usize>, bodies: &Bodies<'_>) -> Content {
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

    fn compaction(&self, item: &Item, bodies: &Bodies<'_>) -> Content {
        let mut tokens = None;
        let mut summary = Vec::new();
        for message in &item.messages {
            for (at, block) in bodies.blocks(*message).enumerate() {
                match block {
                    Block::Notice { details, .. }
                        if self.gists[*message].voice == Voice::Boundary =>
                    {
                        tokens = details.get("tokens").and_then(Value::as_u64);
                    }
                    block => summary.extend(self.pieces(*message, at, block, bodies)),
                }
            }
        }
        Content::Compaction { tokens, summary }
    }
}

impl<'a> Bodies<'a> {
    fn of(read: &'a HashMap<usize, Body>) -> Self {
        Self(read.iter().map(|(message, body)| (*message, Apart::of(body))).collect())
    }

    /// A message, unless it is gone meanwhile.
    pub(super) fn of_message(&self, message: usize) -> Option<&'a Body> {
        self.0.get(&message).map(|it| it.body)
    }

    /// The blocks of a message.
    pub(super) fn blocks(&self, message: usize) -> impl Iterator<Item = Block<'a>> {
        self.0.get(&message).map_or(&[][..], |it| it.blocks.as_slice()).iter().copied()
    }

    /// How many images, and how many answers, come before a block of a message.
    pub(super) fn before(&self, message: usize, block: usize) -> (usize, usize) {
        let found = self.0.get(&message).and_then(|it| it.before.get(block));
        found.copied().unwrap_or_default()
    }
}

impl<'a> Apart<'a> {
    fn of(body: &'a Body) -> Self {
        let all: Vec<_> = blocks(body.text.as_deref(), body.content.as_ref()).collect();
        let mut counts = (0, 0);
        let count = |it: &Block<'_>| {
            let now = counts;
            counts.0 += image::count(it);
            counts.1 += usize::from(matches!(it, Block::Result(_)));
            now
        };
        let before = all.iter().map(count).collect();
        Self { body, blocks: all, before }
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
