//! What ordering and folding need of a message. It is a few hundred bytes where the
//! message may be a megabyte, so a conversation of ten thousand fits into memory.

use std::hash::{DefaultHasher, Hash, Hasher};

use driftline_core::{Id, Value, view::View};

use driftline_text::said::{Said, command, said};

use driftline_entities::messages::{
    Usage as Tokens,
    block::{Block, blocks},
};

use crate::base::Base;

/// The most characters of a prompt that its outline shows.
const HEADLINE: usize = 120;

/// What ordering and folding need of a message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gist {
    pub(super) id: Id,
    /// What the agent calls it.
    pub(super) name: Option<Box<str>>,
    /// What the agent calls the message that it follows.
    pub(super) parent: Option<Box<str>>,
    pub(super) at: Option<i64>,
    /// Its number in the session, where the agent numbers what it writes.
    pub(super) ordinal: Option<i64>,
    /// What its session goes on with, if that is what it says.
    pub(super) base: Option<Box<Base>>,
    /// Whether it is of a session that this one goes on with.
    pub(super) inherited: bool,
    /// The sub-agent that it belongs to.
    pub(super) agent: Option<Box<str>>,
    /// Whether it counts as a message of the conversation.
    pub(super) counts: bool,
    /// Whether a sub-agent begins with it.
    pub(super) begins: bool,
    pub(super) voice: Voice,
    pub(super) pieces: Vec<Piece>,
    /// Of a prompt: its first line.
    pub(super) headline: Box<str>,
    /// Of a prompt: what tells it from others, so that the call is found that a
    /// sub-agent was started with.
    pub(super) asks: Option<u64>,
    pub(super) usage: Option<Usage>,
}

/// Whose turn a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The person says something.
    Prompt,
    /// The person typed a command.
    Command,
    /// The agent says something.
    Reply,
    /// The agent works: it thinks, calls tools, hears from them.
    Work,
    /// Everything before this was summed up and forgotten.
    Boundary,
    /// The sum of what was forgotten.
    Summary,
    /// The program around the agent says something.
    Note,
}

/// A block of a message, without what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text,
    /// A text of nothing but space.
    Blank,
    Thinking {
        words: u32,
    },
    Call {
        id: Box<str>,
        name: Box<str>,
        asks: Option<u64>,
    },
    Result {
        call: Box<str>,
        failed: bool,
    },
    Image,
    Other,
}

/// The tokens of one answer of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// Read: the same in every record of one answer.
    pub(super) read: u64,
    /// Written so far.
    pub(super) written: u64,
}

impl Gist {
    pub(super) fn of(message: &View) -> Self {
        let text = |field: &str| message.value(field).and_then(Value::as_str);
        let all = all_blocks(message);
        let voice = voice_of(message, &all);
        let prompt = if voice == Voice::Prompt { asked(&all) } else { None };
        Self {
            id: message.id,
            name: text("external_id").map(Box::from),
            parent: text("parent").map(Box::from),
            at: message.value("created_at").and_then(Value::as_i64),
            ordinal: message.value("ordinal").and_then(Value::as_i64),
            base: all.iter().find_map(Base::of).map(Box::new),
            inherited: false,
            agent: text("agent").map(Box::from),
            counts: counts(message),
            begins: begins(message),
            voice,
            pieces: all.iter().map(piece).collect(),
            headline: prompt.map(headline).unwrap_or_default().into(),
            asks: prompt.map(fingerprint),
            usage: message.value("usage").and_then(usage),
        }
    }

    /// The tools it calls. Only the agent does: a call that somebody else wrote down is
    /// a block like any other.
    pub(super) fn calls(&self) -> impl Iterator<Item = (usize, &str, &str, Option<u64>)> {
        let agents = matches!(self.voice, Voice::Reply | Voice::Work);
        let pieces = if agents { self.pieces.as_slice() } else { &[] };
        pieces.iter().enumerate().filter_map(|(place, it)| match it {
            Piece::Call { id, name, asks } => Some((place, &**id, &**name, *asks)),
            _ => None,
        })
    }
}

fn role(message: &View) -> &str {
    message.value("role").and_then(Value::as_str).unwrap_or_default()
}

/// Whether a message counts as one: what the program around an agent notes does not.
pub fn counts(message: &View) -> bool {
    !matches!(role(message), "system" | "other")
}

/// Whether a sub-agent begins with a message: it is told something, and follows nothing.
/// Some agents call all their sub-agents alike.
pub fn begins(message: &View) -> bool {
    let has = |field: &str| message.value(field).is_some_and(|it| !it.is_null());
    has("agent") && !has("parent") && role(message) == "user"
}

/// Whose turn a message is.
pub fn voice(message: &View) -> Voice {
    voice_of(message, &all_blocks(message))
}

fn all_blocks(message: &View) -> Vec<Block<'_>> {
    blocks(message.value("text").and_then(Value::as_str), message.value("blocks")).collect()
}

/// Whose turn a message with such blocks is. What its agent says of it comes first; of
/// what agents say nothing, the content tells.
fn voice_of(message: &View, all: &[Block<'_>]) -> Voice {
    let says = |it: &Block<'_>| matches!(it, Block::Text(text) if !text.trim().is_empty());
    let told = message.value("prompt").and_then(Value::as_bool);
    match role(message) {
        "user" if told == Some(true) => Voice::Prompt,
        "user" if told == Some(false) => Voice::Note,
        "user" if all.iter().any(|it| matches!(it, Block::Image(_))) || spoken(all).is_some() => {
            Voice::Prompt
        }
        "user" if all.iter().any(|it| matches!(it, Block::Text(it) if command(it).is_some())) => {
            Voice::Command
        }
        "assistant" if all.iter().any(says) => Voice::Reply,
        "assistant" | "tool" => Voice::Work,
        "summary" => Voice::Summary,
        "system" if all.iter().any(is_boundary) => Voice::Boundary,
        _ => Voice::Note,
    }
}

fn is_boundary(block: &Block<'_>) -> bool {
    matches!(block, Block::Notice { kind: "compaction", .. })
}

/// What a prompt says: what the person said of it, or all of it.
fn asked<'a>(all: &[Block<'a>]) -> Option<&'a str> {
    let text = |it: &Block<'a>| match it {
        Block::Text(text) => Some(*text),
        _ => None,
    };
    spoken(all).or_else(|| all.iter().find_map(text))
}

/// What the person says first.
fn spoken<'a>(all: &[Block<'a>]) -> Option<&'a str> {
    let texts = all.iter().filter_map(|it| match it {
        Block::Text(text) => Some(*text),
        _ => None,
    });
    let mut pieces = texts.flat_map(said);
    pieces.find_map(|it| match it {
        Said::Person(text) => Some(text),
        Said::Program { .. } => None,
    })
}

fn headline(text: &str) -> String {
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(HEADLINE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

fn piece(block: &Block<'_>) -> Piece {
    match block {
        Block::Text(text) if text.trim().is_empty() => Piece::Blank,
        Block::Text(_) => Piece::Text,
        Block::Thinking(text) => Piece::Thinking { words: text.map_or(0, words) },
        Block::Call(call) => Piece::Call {
            id: call.id.into(),
            name: call.name.into(),
            asks: call.input.get("prompt").and_then(Value::as_str).map(str::trim).map(fingerprint),
        },
        Block::Result(answer) => Piece::Result { call: answer.call.into(), failed: answer.failed },
        Block::Image(_) => Piece::Image,
        Block::Notice { .. } | Block::Other { .. } => Piece::Other,
    }
}

/// How many words a text has.
pub(super) fn words(text: &str) -> u32 {
    u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX)
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn usage(value: &Value) -> Option<Usage> {
    let tokens = Tokens::of(value);
    let read = tokens.input.saturating_add(tokens.cached);
    (tokens != Tokens::default()).then_some(Usage { read, written: tokens.output })
}
