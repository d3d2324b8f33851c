//! What of a row can be found: its texts, each under the scope it belongs to, and the
//! facts that searches narrow by. Messages, sessions and comments are known here; of
//! any other entity, also one of a stranger's, the texts are taken as they are.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use driftline_conversation::gist::{self, Voice};
use driftline_core::{EntityDescriptor, Id, Kind, SyncEntity, Value, view::View};
use driftline_entities::{
    comments::Comment,
    messages::{
        Message,
        block::{Block, blocks},
    },
    sessions::Session,
};
use driftline_text::said::{self, Said};

use crate::Scope;

/// Text of one scope beyond which a row is not searched, in bytes.
const LONGEST: usize = 256 << 10;

/// It counts as a message of the conversation.
pub(crate) const MESSAGE: i64 = 1;
/// A person said it to the agent.
pub(super) const PROMPT: i64 = 2;
/// A tool failed in it.
pub(super) const FAILED: i64 = 4;
/// A person typed a command.
pub(super) const COMMAND: i64 = 8;
/// A sub-agent begins with it.
pub(super) const BEGINS: i64 = 16;

/// What of a row can be found.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    /// Milliseconds since 1970.
    pub(crate) time: i64,
    pub(super) flags: i64,
    /// How many tools are called in it.
    pub(super) calls: i64,
    pub(super) session: Option<Id>,
    pub(super) role: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
    /// Its number in the session, where the agent numbers what it writes.
    pub(super) ordinal: Option<i64>,
    /// Whose fork its session is, as far as it says so, and up to which number of that.
    pub(super) fork: Option<(&'a str, Option<i64>)>,
    pub(crate) tools: Vec<&'a str>,
    texts: Vec<(Scope, Cow<'a, str>)>,
}

impl<'a> Document<'a> {
    /// What of `row` can be found.
    pub(crate) fn of(entity: &'static EntityDescriptor, row: &'a View) -> Self {
        let mut document = Self { time: time(entity, row), ..Self::default() };
        if let Some((field, owner)) = entity.owner()
            && owner == Session::NAME
        {
            document.session = text(row, field).and_then(|it| it.parse().ok());
        }
        match entity.name {
            Message::NAME => document.message(row),
            name => {
                if name == Session::NAME {
                    document.session = Some(row.id);
                }
                for field in entity.fields.iter().filter(|it| it.kind == Kind::Text) {
                    if let Some(text) = text(row, field.name) {
                        document.add(scope(name, field.name), Cow::Borrowed(text));
                    }
                }
            }
        }
        document
    }

    /// The texts of a scope as one.
    pub(crate) fn text(&self, scope: Scope) -> Option<Cow<'_, str>> {
        let mut texts = self.texts.iter().filter(|(it, _)| *it == scope).map(|(_, it)| it);
        let first = texts.next()?;
        let mut all = Cow::Borrowed(first.as_ref());
        for text in texts {
            all.to_mut().push('\n');
            all.to_mut().push_str(text);
        }
        let mut end = all.len().min(LONGEST);
        while !all.is_char_boundary(end) {
            end -= 1;
        }
        Some(match all {
            Cow::Borrowed(it) => Cow::Borrowed(&it[..end]),
            Cow::Owned(mut it) => {
                it.truncate(end);
                Cow::Owned(it)
            }
        })
    }

    /// A number that stands for what a message says: the same for a copy of it in a fork. The
    /// index is made on one machine by one program: it need not be the same anywhere else.
    pub(super) fn record(&self) -> Option<i64> {
        self.role?;
        let mut hasher = DefaultHasher::new();
        self.role.hash(&mut hasher);
        for (scope, text) in &self.texts {
            (scope.name(), text).hash(&mut hasher);
        }
        (!self.texts.is_empty()).then(|| hasher.finish().cast_signed())
    }

    fn add(&mut self, scope: Scope, text: impl Into<Cow<'a, str>>) {
        self.texts.push((scope, text.into()));
    }

    fn message(&mut self, row: &'a View) {
        let role = text(row, "role").unwrap_or_default();
        self.role = (!role.is_empty()).then_some(role);
        self.model = text(row, "model");
        self.agent = text(row, "agent");
        self.ordinal = row.value("ordinal").and_then(Value::as_i64);
        if gist::counts(row) {
            self.flags |= MESSAGE;
        }
        if gist::begins(row) {
            self.flags |= BEGINS;
        }
        let scope = match role {
            "user" if self.agent.is_none() => Scope::Prompt,
            // What an agent tells a sub-agent is the input of the tool that starts it.
            "user" => Scope::Tool,
            "assistant" => Scope::Reply,
            "tool" => Scope::Output,
            _ => Scope::Context,
        };
        self.flags |= match gist::voice(row) {
            Voice::Prompt if self.agent.is_none() => PROMPT,
            Voice::Command if self.agent.is_none() => COMMAND,
            _ => 0,
        };
        for block in blocks(text(row, "text"), row.value("blocks")) {
            self.block(scope, block);
        }
    }

    /// Takes in what was sent as the person's: what an agent's program put there is no
    /// prompt of theirs.
    fn prompt(&mut self, text: &'a str) {
        if let Some(typed) = said::command(text) {
            self.add(Scope::Prompt, typed);
        }
        for piece in said::said(text) {
            match piece {
                Said::Person(text) => self.add(Scope::Prompt, text),
                Said::Program { text, .. } => self.add(Scope::Context, text),
            }
        }
    }

    /// Takes in a block of a message whose prose is of `scope`.
    fn block(&mut self, scope: Scope, block: Block<'a>) {
        match block {
            Block::Text(text) if scope == Scope::Prompt => self.prompt(text),
            Block::Text(text) => self.add(scope, text),
            Block::Thinking(Some(text)) => self.add(Scope::Thinking, text),
            Block::Call(call) => {
                self.calls += 1;
                self.add(Scope::Tool, call.name);
                if !self.tools.contains(&call.name) {
                    self.tools.push(call.name);
                }
                self.strings(Scope::Tool, Some(call.input), 0);
            }
            Block::Result(answer) => {
                if answer.failed {
                    self.flags |= FAILED;
                }
                self.strings(Scope::Output, Some(answer.output), 0);
            }
            Block::Notice { kind: "fork", details } => {
                let of = details.get("of").and_then(Value::as_str).unwrap_or_default();
                self.fork = Some((of, details.get("until").and_then(Value::as_i64)));
            }
            Block::Thinking(None)
            | Block::Image(_)
            | Block::Notice { .. }
            | Block::Other { .. } => (),
        }
    }

    /// Takes in every string in `value`, except the bytes of images.
    fn strings(&mut self, scope: Scope, value: Option<&'a Value>, depth: usize) {
        // Rows come from other devices, too: nesting must not use up the stack.
        if depth > 32 {
            return;
        }
        match value {
            Some(Value::String(text)) => self.add(scope, text.as_str()),
            Some(Value::Array(items)) => {
                items.iter().for_each(|it| self.strings(scope, Some(it), depth + 1));
            }
            Some(Value::Object(fields)) => {
                let kind = fields.get("type").and_then(Value::as_str);
                if kind == Some("image") {
                    return;
                }
                for (name, it) in fields {
                    if name != "type" {
                        self.strings(scope, Some(it), depth + 1);
                    }
                }
            }
            _ => (),
        }
    }
}

/// Where the text of a field is found.
fn scope(entity: &str, field: &str) -> Scope {
    match (entity, field) {
        (Session::NAME, "cwd" | "external_id" | "source" | "model" | "status" | "git_branch") => {
            Scope::Context
        }
        (Comment::NAME, _) => Scope::Comment,
        (_, "name" | "title") => Scope::Title,
        _ => Scope::Other,
    }
}

/// When a row came to be, in milliseconds since 1970, as far as it says so.
fn time(entity: &EntityDescriptor, row: &View) -> i64 {
    let told = ["created_at", "started_at"].into_iter().find_map(|name| {
        entity.field(name).filter(|it| it.kind == Kind::Time)?;
        row.value(name)?.as_i64()
    });
    let made = || i64::try_from(row.id.time()?).ok();
    let written = || {
        let stamps = row.row.cells().map(|(_, cell)| cell.stamp);
        stamps.filter(|it| it.is_person()).map(driftline_core::Stamp::millis).min()
    };
    told.or_else(made)
        .or_else(|| written().and_then(|it| i64::try_from(it).ok()))
        .unwrap_or_default()
}

pub(super) fn text<'a>(row: &'a View, field: &str) -> Option<&'a str> {
    row.value(field).and_then(Value::as_str).filter(|it| !it.is_empty())
}
