//! A session as markdown. Whatever is in it stays inside its own block: a fence is
//! longer than any in the text it holds, and what was written as markdown is disarmed.

use std::fmt::Write as _;

use driftline_core::{Id, SyncEntity as _, Timestamp, Value};
use driftline_entities::sessions::Session;
use driftline_text as text;
use driftline_text::count_of;

use super::{
    disarm::{disarmed, plain},
    fenced,
};
use crate::{
    Agent, Call, Content, Conversation, Conversations, Piece, Result, RunStep, Shown, WINDOW, asker,
};

/// How much of the work is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What was said, and a line for each call.
    Said,
    /// Everything.
    All,
}

impl Conversations {
    /// A session as markdown. `time` writes a moment. None: there is no such session.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn export_markdown(
        &self,
        session: Id,
        detail: Detail,
        time: &dyn Fn(Timestamp) -> String,
    ) -> Result<Option<String>> {
        let Some(row) = self.replica().get_values(Session::NAME, session)? else { return Ok(None) };
        let conversation = self.of(row.id)?;
        let field = |name: &str| row.value(name).and_then(Value::as_str).map(text::one_line);
        let words = |name: &str| row.value(name).and_then(Value::as_str).map(plain);
        let mut out = String::new();
        let title = words("name").unwrap_or_else(|| "Session without a name".into());
        line(&mut out, format_args!("# {title}\n"));
        let facts = conversation.facts();
        let known = [
            ("Agent", words("source")),
            ("Model", words("model")),
            ("Folder", field("cwd").map(|it| code_span(&it))),
            ("Branch", field("git_branch").map(|it| code_span(&it))),
            ("Began", facts.first.map(time)),
            ("Messages", Some(facts.messages.to_string())),
            ("Session", Some(code_span(&row.id.to_string()))),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                line(&mut out, format_args!("- {name}: {value}"));
            }
        }
        let mut writer =
            Writer { conversations: self, conversation: &conversation, detail, time, out };
        writer.strand(0, 2)?;
        for thread in self.threads(row.id)? {
            writer.thread(&thread);
        }
        Ok(Some(writer.out))
    }

    /// Some messages of a session as markdown, as one would paste them elsewhere.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn message_markdown(
        &self,
        message: Id,
        time: &dyn Fn(Timestamp) -> String,
    ) -> Result<Option<String>> {
        let Some(session) = self.session_of(message)? else { return Ok(None) };
        let conversation = self.of(session)?;
        let Some(place) = conversation.place(message) else { return Ok(None) };
        let shown = self.window(&conversation, place.strand, place.item..place.item + 1)?;
        let mut writer = Writer {
            conversations: self,
            conversation: &conversation,
            detail: Detail::Said,
            time,
            out: String::new(),
        };
        for item in &shown {
            writer.item(item, place.strand, 2)?;
        }
        Ok(Some(writer.out.trim_start().to_owned()))
    }
}

struct Writer<'a> {
    conversations: &'a Conversations,
    conversation: &'a Conversation,
    detail: Detail,
    time: &'a dyn Fn(Timestamp) -> String,
    out: String,
}

impl Writer<'_> {
    fn strand(&mut self, strand: usize, level: usize) -> Result<()> {
        let mut at = 0;
        let items = self.conversation.items(strand);
        while at < items {
            let end = (at + WINDOW).min(items);
            for item in self.conversations.window(self.conversation, strand, at..end)? {
                self.item(&item, strand, level)?;
            }
            at = end;
        }
        Ok(())
    }

    fn item(&mut self, item: &Shown, strand: usize, level: usize) -> Result<()> {
        let at = item.at.map(|it| format!(", {}", (self.time)(it))).unwrap_or_default();
        match &item.content {
            Content::Prompt(pieces) => {
                self.heading(level, format_args!("{}{at}", asker(strand)));
                self.pieces(pieces);
            }
            Content::Command { typed, pieces } => {
                self.heading(level, format_args!("{}{at}", asker(strand)));
                self.line(format_args!("{}\n", code_span(&text::one_line(typed))));
                self.pieces(pieces);
            }
            Content::Reply { model, pieces } => {
                let model = plain(model.as_deref().unwrap_or("Agent"));
                self.heading(level, format_args!("{model}{at}"));
                self.pieces(pieces);
            }
            Content::Run(run) => {
                for step in &run.steps {
                    self.step(step, level)?;
                }
            }
            Content::Compaction { tokens, summary } => {
                let tokens = tokens.map(|it| format!(" ({it} tokens before)")).unwrap_or_default();
                self.gap();
                self.line(format_args!("---\n\n*Compacted{at}{tokens}*\n"));
                if self.detail == Detail::All {
                    self.pieces(summary);
                }
            }
            Content::Agent(agent) => self.agent(agent, level)?,
        }
        Ok(())
    }

    fn step(&mut self, step: &RunStep, level: usize) -> Result<()> {
        match step {
            RunStep::Call(call) => {
                self.call(call);
                if let Some(agent) = &call.agent {
                    self.agent(agent, level)?;
                }
            }
            RunStep::Aside { label, pieces, .. } if self.detail == Detail::All => {
                self.gap();
                self.line(format_args!("*{}*\n", plain(label)));
                self.pieces(pieces);
            }
            RunStep::Aside { .. } => (),
        }
        Ok(())
    }

    fn call(&mut self, call: &Call) {
        let hint = text::one_line(&call.hint);
        let hint = if hint.is_empty() { hint } else { format!(" {}", code_span(&hint)) };
        let failed = call.answer.as_ref().is_some_and(|it| it.failed);
        let failed = if failed { ", failed" } else { "" };
        if self.detail == Detail::All || !is_call(&self.out) {
            self.gap();
        }
        self.line(format_args!("- **{}**{hint}{failed}", plain(&call.name)));
        if self.detail == Detail::Said {
            return;
        }
        match text::change(&call.input) {
            Some(change) => {
                let lines: Vec<String> = change
                    .lines
                    .iter()
                    .map(|it| format!("{}{}", it.sign.mark(), it.text))
                    .collect();
                self.fence("diff", &lines.join("\n"));
            }
            None if !call.input.is_null() => {
                let json = serde_json::to_string_pretty(&call.input).unwrap_or_default();
                self.fence("json", &json);
            }
            None => (),
        }
        for piece in call.answer.iter().flat_map(|it| &it.pieces) {
            match piece {
                Piece::Text(text) => self.fence("", text),
                other => self.pieces(std::slice::from_ref(other)),
            }
        }
    }

    fn agent(&mut self, agent: &Agent, level: usize) -> Result<()> {
        let name = plain(&agent.name);
        let messages = count_of(agent.messages, "message", "messages");
        self.heading(level + 1, format_args!("Sub-agent {name} ({messages})"));
        if self.detail == Detail::All { self.strand(agent.strand, level + 2) } else { Ok(()) }
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    self.line(format_args!("{}\n", disarmed(&text::safe(text.trim()))));
                }
                Piece::Program { tag, text } if self.detail == Detail::All => self.fence(tag, text),
                Piece::Thinking(text) if self.detail == Detail::All => {
                    let text = disarmed(&text::safe(text.trim())).replace('\n', "\n> ");
                    self.line(format_args!("> {text}\n"));
                }
                Piece::Program { .. } | Piece::Thinking(_) => (),
                Piece::Image(image) => {
                    let (media_type, size) = (plain(&image.media_type), text::size(image.bytes));
                    self.line(format_args!("*({media_type}, {size})*\n"));
                }
                Piece::Other { json, .. } => self.fence("json", json),
            }
        }
    }

    fn thread(&mut self, thread: &crate::threads::Thread) {
        let about = match thread.message {
            Some(message) => format!("Comments on message {}", code_span(&message.to_string())),
            None => "Comments".into(),
        };
        let settled = if thread.is_resolved() { " (resolved)" } else { "" };
        self.heading(2, format_args!("{about}{settled}"));
        for it in &thread.remarks {
            let author = plain(it.author.as_deref().unwrap_or("Somebody"));
            let at = it.at.map(|it| format!(", {}", (self.time)(it))).unwrap_or_default();
            self.line(format_args!(
                "**{author}**{at}\n\n{}\n",
                disarmed(&text::safe(it.body.trim()))
            ));
        }
    }

    fn heading(&mut self, level: usize, text: std::fmt::Arguments<'_>) {
        let marks = "#".repeat(level.min(6));
        self.gap();
        self.line(format_args!("{marks} {text}\n"));
    }

    /// Leaves a line free, one at most.
    fn gap(&mut self) {
        self.out.truncate(self.out.trim_end_matches('\n').len());
        self.out.push_str("\n\n");
    }

    /// A block that nothing in `text` can end.
    fn fence(&mut self, language: &str, text: &str) {
        let text = text::safe(text);
        self.gap();
        self.line(format_args!("{}\n", fenced(language, &text)));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        line(&mut self.out, text);
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Whether the last line of `text` is about a call.
fn is_call(text: &str) -> bool {
    text.lines().next_back().is_some_and(|it| it.starts_with("- **"))
}

/// `text` as code within a line, whatever is in it.
fn code_span(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{marks}{space}{text}{space}{marks}")
}
