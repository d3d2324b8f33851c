//! A session told anew to an agent that did not have it, or has it no more: who said what.
//! Calls of tools and their results are text, since no agent accepts calls of tools that it
//! does not know. The talk begins with the last summary: what an agent forgot is too much for
//! the next one, too.

use std::{borrow::Cow, ops::Range};

use driftline_core::{Id, Millis, Value};
use driftline_messages::{
    Message, Verb,
    block::{Answer, Block, Call, blocks},
};
use driftline_text::said::{Said, said};

use super::{Lost, Source};
use crate::time;

/// What a summary begins with, where an agent has no form of its own for one.
pub(super) const SUMMARY: &str = "Summary of the conversation so far:\n\n";

/// Where the version stands in a UUID.
const VERSION: Range<usize> = 14..15;

/// What was said, and what of it could not be told.
#[derive(Default)]
pub(super) struct Talk<'a> {
    /// Who said what. Nobody but the person speaks twice in a row.
    pub(super) turns: Vec<Turn<'a>>,
    /// What could not be told.
    pub(super) lost: Vec<Lost>,
}

/// What somebody said in a row.
pub(super) struct Turn<'a> {
    pub(super) voice: Voice,
    pub(super) parts: Vec<Part<'a>>,
    pub(super) at: Millis,
}

/// Who says something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Person,
    /// The agent, summing up what was said before.
    Summary,
    Agent,
}

/// A part of what somebody says.
pub(super) enum Part<'a> {
    Text(Cow<'a, str>),
    Image { media_type: &'a str, data: &'a str },
}

/// What `source` tells another agent.
pub(super) fn talk(source: &Source) -> Talk<'_> {
    let mut teller = Teller::default();
    let main: Vec<_> =
        source.messages.iter().map(|it| &it.1).filter(|it| it.agent.is_none()).collect();
    let role = |it: &Message| it.role.clone().unwrap_or_default();
    let begins = main.iter().rposition(|it| role(it) == "summary").unwrap_or(0);
    let counts = |it: &&&Message| !matches!(role(it).as_str(), "system" | "other");
    teller.of_agents = source.messages.len() - main.len();
    teller.summed = main.iter().take(begins).filter(counts).count();
    for message in main.into_iter().skip(begins) {
        teller.take(message);
    }
    teller.finish()
}

#[derive(Default)]
struct Teller<'a> {
    turns: Vec<Turn<'a>>,
    calls: usize,
    thoughts: usize,
    images: usize,
    of_agents: usize,
    summed: usize,
    added: usize,
    parts: usize,
}

impl<'a> Teller<'a> {
    fn take(&mut self, message: &'a Message) {
        let voice = match message.role.as_deref() {
            Some("user") => Voice::Person,
            Some("summary") => Voice::Summary,
            Some("assistant" | "tool") => Voice::Agent,
            Some("meta") => {
                self.added += 1;
                return;
            }
            _ => return,
        };
        let mut parts = Vec::new();
        for block in blocks(message.text.as_deref(), message.blocks.as_ref()) {
            self.part(voice, block, &mut parts);
        }
        if parts.is_empty() {
            return;
        }
        let before = self.turns.last_mut();
        let at = message.created_at.map(|it| time::clamp(it.0));
        let at = at.unwrap_or_else(|| before.as_ref().map_or(0, |it| it.at));
        match before {
            Some(turn) if voice == Voice::Agent && turn.voice == voice => {
                parts.into_iter().for_each(|it| turn.add(it));
            }
            _ => {
                let mut turn = Turn { voice, parts: Vec::new(), at };
                parts.into_iter().for_each(|it| turn.add(it));
                self.turns.push(turn);
            }
        }
    }

    fn part(&mut self, voice: Voice, block: Block<'a>, parts: &mut Vec<Part<'a>>) {
        match block {
            Block::Text(text) if voice == Voice::Person => match by_person(text) {
                Some(text) => parts.push(Part::Text(text)),
                None => self.added += usize::from(!text.trim().is_empty()),
            },
            Block::Text(text) if text.trim().is_empty() => (),
            Block::Text(text) => parts.push(Part::Text(text.into())),
            Block::Thinking(_) => self.thoughts += 1,
            Block::Call(call) => {
                self.calls += 1;
                parts.push(Part::Text(told_call(call).into()));
            }
            Block::Result(answer) => {
                let images = |it: &Block<'_>| matches!(it, Block::Image(_));
                self.images +=
                    driftline_messages::block::outputs(answer.output).filter(images).count();
                parts.push(Part::Text(told_answer(answer).into()));
            }
            Block::Image(it) if voice == Voice::Person && !it.data.is_empty() => {
                parts.push(Part::Image { media_type: it.media_type, data: it.data });
            }
            Block::Image(_) => self.images += 1,
            Block::Notice { .. } => (),
            Block::Other { .. } => self.parts += 1,
        }
    }

    fn finish(self) -> Talk<'a> {
        let all = [
            Lost::Calls(self.calls),
            Lost::Thoughts(self.thoughts),
            Lost::Images(self.images),
            Lost::OfAgents(self.of_agents),
            Lost::Summed(self.summed),
            Lost::Added(self.added),
            Lost::Parts(self.parts),
        ];
        let lost = all.into_iter().filter(|it| it.count() > 0).collect();
        Talk { turns: self.turns, lost }
    }
}

/// What of a text the person said; none if a program said all of it.
fn by_person(text: &str) -> Option<Cow<'_, str>> {
    let pieces = said(text);
    if pieces.iter().all(|it| matches!(it, Said::Person(_))) {
        return (!text.trim().is_empty()).then(|| text.into());
    }
    let theirs = pieces.iter().filter_map(|it| match it {
        Said::Person(text) => Some(*text),
        Said::Program { .. } => None,
    });
    let theirs = theirs.collect::<Vec<_>>().join("\n");
    (!theirs.trim().is_empty()).then(|| theirs.into())
}

fn told_call(call: Call<'_>) -> String {
    let command = ["command", "cmd"].iter().find_map(|it| call.input.get(*it)?.as_str());
    let input = match (command, call.input) {
        (Some(command), _) if call.verb == Some(Verb::Shell) => format!("$ {command}"),
        (_, Value::String(input)) => input.clone(),
        (_, Value::Null) => String::new(),
        (_, input) => input.to_string(),
    };
    format!("[Earlier tool call: {}]\n{input}", call.name)
}

fn told_answer(answer: Answer<'_>) -> String {
    let how = match (answer.exit, answer.failed) {
        (Some(exit), _) if exit != 0 => format!(", exit code {exit}"),
        (_, true) => ", failed".into(),
        _ => String::new(),
    };
    format!("[Its result{how}]\n{}", answer.plain())
}

impl<'a> Talk<'a> {
    /// When the first and the last thing was said.
    pub(super) fn span(&self) -> (Millis, Millis) {
        let times = || self.turns.iter().map(|it| it.at);
        (times().min().unwrap_or(0), times().max().unwrap_or(0))
    }

    /// The name under which `tool` is told this of `source`: another one whenever something
    /// else is told, so that no file of before stands in the way.
    pub(super) fn name(&self, source: &Source, tool: &str) -> String {
        id(source, tool, "session", self.span().0)
    }
}

/// A name of something that `tool` is told of `source`, as a UUID of version 4: some agents
/// take no other for one.
pub(super) fn id(source: &Source, tool: &str, what: &str, at: Millis) -> String {
    let ids = [source.id, source.messages.last().map_or(source.id, |it| it.0)];
    let [session, last] = ids.map(|it| it.to_string());
    let count = source.messages.len().to_string();
    let mut id = Id::imported(at, &[tool, "back", &session, &last, &count, what]).to_string();
    id.replace_range(VERSION, "4");
    id
}

impl<'a> Turn<'a> {
    /// Adds a part. Texts in a row are one: some agents put nothing between two.
    fn add(&mut self, part: Part<'a>) {
        match (self.parts.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => {
                let before = before.to_mut();
                before.push_str("\n\n");
                before.push_str(&text);
            }
            (_, part) => self.parts.push(part),
        }
    }

    /// Its texts in one.
    pub(super) fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|it| match it {
            Part::Text(text) => Some(text.as_ref()),
            Part::Image { .. } => None,
        });
        let begin = if self.voice == Voice::Summary { SUMMARY } else { "" };
        format!("{begin}{}", texts.collect::<Vec<_>>().join("\n\n"))
    }

    /// Its parts, each as `text` or `image` makes it; a summary says that it is one.
    pub(super) fn parts(
        &self,
        text: impl Fn(&str) -> Value,
        image: impl Fn(&str, &str) -> Value,
    ) -> Vec<Value> {
        let mut begin = (self.voice == Voice::Summary).then_some(SUMMARY);
        let part = |it: &Part<'_>| match it {
            Part::Text(it) => text(&format!("{}{it}", begin.take().unwrap_or_default())),
            Part::Image { media_type, data } => image(media_type, data),
        };
        self.parts.iter().map(part).collect()
    }
}
