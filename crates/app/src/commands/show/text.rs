//! A conversation for a terminal: what was said in full, work in a line for each call,
//! and the end of what failed.

use driftline_conversation::{Agent, Call, Content, Conversation, Piece, RunStep, Shown, asker};
use driftline_core::{Id, Timestamp};
use driftline_entities::sessions::Session;
use driftline_index::Fork;
use driftline_text as text;
use driftline_text::count_of;

use crate::{
    output::{Paint, Painted, one_line},
    time,
};

/// How many lines are shown of what a failed call was answered.
const FAILED: usize = 8;

/// What is shown next.
pub(super) struct Page {
    out: Painted,
}

impl Page {
    pub(super) fn new(out: Painted) -> Self {
        Self { out }
    }

    /// What is there so far; `next` is written from now on.
    pub(super) fn take(&mut self, next: Painted) -> Painted {
        std::mem::replace(&mut self.out, next)
    }

    pub(super) fn painted(&mut self) -> &mut Painted {
        &mut self.out
    }

    /// What the session is.
    pub(super) fn head(
        &mut self,
        id: Id,
        session: &Session,
        conversation: &Conversation,
        fork: Option<&Fork>,
    ) {
        let name = one_line(session.name.as_deref().unwrap_or("Session without a name"));
        self.out.paint(Paint::Strong, &name).plain("\n");
        let facts = conversation.facts();
        let length = facts.first.zip(facts.last).and_then(|(first, last)| {
            u64::try_from(last.0 - first.0).ok().filter(|it| *it > 0).map(text::length)
        });
        let failed = (facts.failed > 0).then(|| format!("{} failed", facts.failed));
        let parts = [
            session.source.clone(),
            session.model.clone(),
            length,
            Some(counted(facts.prompts, "prompt")),
            Some(counted(facts.messages, "message")),
            (facts.tools > 0).then(|| counted(facts.tools, "call")),
            failed,
            (facts.agents > 0).then(|| counted(facts.agents, "sub-agent")),
        ];
        self.faint(parts);
        self.faint([fork.map(Fork::words)]);
        self.faint([session.cwd.clone(), session.git_branch.clone()]);
        let began =
            session.started_at.map(|it| format!("began {} (times are UTC)", time::minute(it.0)));
        self.faint([Some(id.to_string()), began]);
    }

    /// Which sub-agent is shown.
    pub(super) fn agent_head(&mut self, name: &str, messages: usize) {
        let line = format!("Sub-agent {}, {}\n", one_line(name), counted(messages, "message"));
        self.out.plain("\n").paint(Paint::Strong, &line);
    }

    /// An item of a strand; `wanted`: the one that was asked for.
    pub(super) fn item(&mut self, item: &Shown, strand: usize, wanted: bool) {
        match &item.content {
            Content::Prompt(pieces) => {
                self.speaker(asker(strand), item.at, wanted);
                self.pieces(pieces);
            }
            Content::Command { typed, pieces } => {
                self.speaker(asker(strand), item.at, wanted);
                self.out.paint(Paint::Name, &one_line(typed)).plain("\n");
                self.pieces(pieces);
            }
            Content::Reply { model, pieces } => {
                self.speaker(model.as_deref().unwrap_or("Agent"), item.at, wanted);
                self.pieces(pieces);
            }
            Content::Run(run) => {
                let line = run.tally.line();
                // A single call stands for itself.
                let is_call = matches!(run.steps.as_slice(), [RunStep::Call(_)]);
                if is_call {
                    self.out.plain("\n");
                } else if !line.is_empty() {
                    self.out.plain("\n").paint(Paint::Faint, &format!("  {}\n", one_line(&line)));
                }
                for step in &run.steps {
                    if let RunStep::Call(call) = step {
                        self.call(call);
                    }
                }
            }
            Content::Compaction { tokens, .. } => {
                let tokens = tokens.map(|it| format!(" ({it} tokens before)")).unwrap_or_default();
                self.out.plain("\n").paint(Paint::Faint, &format!("--- compacted{tokens} ---\n"));
            }
            Content::Agent(agent) => {
                self.out.plain("\n");
                self.agent(agent);
            }
        }
    }

    fn speaker(&mut self, name: &str, at: Option<Timestamp>, wanted: bool) {
        self.out.plain("\n").paint(Paint::Strong, &one_line(name));
        if let Some(at) = at {
            self.out.paint(Paint::Faint, &format!("  {}", time::minute(at.0)));
        }
        if wanted {
            self.out.paint(Paint::Name, "  <- here");
        }
        self.out.plain("\n");
    }

    fn call(&mut self, call: &Call) {
        self.out.plain("    ").paint(Paint::Name, &one_line(&call.name));
        self.out.plain("  ").plain(&one_line(&call.hint));
        if let Some(change) = text::change(&call.input) {
            self.out.paint(Paint::Good, &format!("  +{}", change.added));
            self.out.paint(Paint::Bad, &format!(" -{}", change.removed));
        }
        let failed = call.answer.as_ref().is_some_and(|it| it.failed);
        if failed {
            self.out.paint(Paint::Bad, "  failed");
        }
        if call.answer.is_none() {
            self.out.paint(Paint::Faint, "  no result");
        }
        if let Some(took) = call.took.filter(|it| *it >= 1000) {
            self.out.paint(Paint::Faint, &format!("  {}", text::length(took)));
        }
        self.out.plain("\n");
        for piece in call.answer.iter().filter(|it| it.failed).flat_map(|it| &it.pieces) {
            if let Piece::Text(said) = piece {
                let plain: String = text::spans(said).into_iter().map(|it| it.text).collect();
                let lines: Vec<&str> = plain.trim_end().lines().collect();
                let from = lines.len().saturating_sub(FAILED);
                if from > 0 {
                    let above = format!("... {} above\n", counted(from, "line"));
                    self.out.plain("      ").paint(Paint::Faint, &above);
                }
                let shown = text::excerpt(&lines[from..].join("\n")).head;
                self.out.indented(Some(Paint::Faint), 6, &shown);
            }
        }
        if let Some(agent) = &call.agent {
            self.agent(agent);
        }
    }

    fn agent(&mut self, agent: &Agent) {
        let first = agent.first.map(|it| format!("  show {it}")).unwrap_or_default();
        let (name, messages) = (one_line(&agent.name), counted(agent.messages, "message"));
        let line = format!("    Sub-agent {name}, {messages}{first}\n");
        self.out.paint(Paint::Faint, &line);
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(said) => {
                    self.out.plain(said.trim_end()).plain("\n");
                }
                Piece::Thinking(thought) => {
                    let words = thought.split_whitespace().count();
                    let line = format!("  thinking ({})\n", counted(words, "word"));
                    self.out.paint(Paint::Faint, &line);
                }
                Piece::Image(image) => {
                    let line = format!(
                        "  [{}, {}]\n",
                        one_line(&image.media_type),
                        text::size(image.bytes)
                    );
                    self.out.paint(Paint::Faint, &line);
                }
                Piece::Other { kind, .. } => {
                    self.out.paint(Paint::Faint, &format!("  [{}]\n", one_line(kind)));
                }
                Piece::Program { .. } => (),
            }
        }
    }

    fn faint<const N: usize>(&mut self, parts: [Option<String>; N]) {
        let parts: Vec<String> = parts.into_iter().flatten().map(|it| one_line(&it)).collect();
        if !parts.is_empty() {
            self.out.paint(Paint::Faint, &parts.join(", ")).plain("\n");
        }
    }
}

fn counted(count: usize, thing: &str) -> String {
    count_of(count, thing, &format!("{thing}s"))
}
