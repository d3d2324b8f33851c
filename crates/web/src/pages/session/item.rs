//! The items of a conversation: who says something, and what.

use std::collections::HashMap;

use driftline_conversation::{
    Content, Conversation, Piece, Run, RunStep, Shown, asker, threads::Thread,
};
use driftline_core::Id;
use driftline_text as text;
use maud::{Markup, html};

use super::{
    call,
    piece::{Pieces, whole},
    remarks,
    window::Window,
};
use crate::{
    Request, Result,
    parts::{clock, grouped, line},
};

/// What items are shown with.
pub(super) struct Items<'a> {
    request: &'a Request<'a>,
    new: Option<usize>,
    /// Threads, by the item that they are shown at.
    threads: HashMap<(usize, usize), Vec<&'a Thread>>,
    strand: usize,
    /// What their pieces are shown with.
    pieces: Pieces,
}

impl<'a> Items<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        conversation: &Conversation,
        threads: &'a [Thread],
        window: &Window,
    ) -> Self {
        let mut by_item: HashMap<(usize, usize), Vec<&Thread>> = HashMap::new();
        for thread in threads {
            if let Some(place) = thread.message.and_then(|it| conversation.place(it)) {
                by_item.entry((place.strand, place.item)).or_default().push(thread);
            }
        }
        Self {
            request,
            new: window.new,
            threads: by_item,
            strand: window.strand,
            pieces: Pieces::new(conversation.session(), window.at),
        }
    }

    /// All items of a window.
    pub(super) fn all(&self, shown: &[Shown]) -> Result<Markup> {
        let (mut speaker, mut since) = (None, None);
        Ok(html! {
            @for it in shown {
                @let () = self.request.reading.conversations().patience().check()?;
                @let goes_on = goes_on(&mut speaker, &it.content);
                (self.item(it, goes_on, since))
                @let () = since = it.at.map(|it| it.0).or(since);
            }
        })
    }

    /// An item, with what was said about it. `goes_on`: who speaks spoke before; `since`:
    /// when that was.
    fn item(&self, item: &Shown, goes_on: bool, since: Option<i64>) -> Markup {
        let threads = self.threads.get(&(self.strand, item.item));
        let named = item.messages.first().copied();
        // A run behind the reply that its calls are in has no message of its own.
        let key = match (named, &item.content) {
            (Some(id), _) => format!("m-{id}"),
            (None, Content::Run(run)) => format!("w-{}", first_call(run)),
            (None, _) => format!("i-{}", item.item),
        };
        let is_at = self.pieces.at.is_some_and(|at| item.messages.contains(&at));
        let whole = named.map(whole).unwrap_or_default();
        let is_prompt = matches!(item.content, Content::Prompt(_) | Content::Command { .. });
        let kind = kind(&item.content);
        html! {
            @if self.new == Some(item.item) {
                li #new.new-line data-key="new" data-start[self.pieces.at.is_none()] tabindex="-1" {
                    span { "New since you read" }
                }
            }
            li id=(key) class={ "msg msg--" (kind) } data-row data-key=(key) data-prompt[is_prompt]
                data-link=[named.map(|it| format!("/m/{it}"))] data-start=[is_at.then_some("center")]
                tabindex="-1" {
                @match &item.content {
                    Content::Prompt(pieces) => {
                        (self.head(item, Some(asker(self.strand)), since, true))
                        div.msg-body { @for it in pieces { (self.pieces.piece(it, true, &whole)) } }
                    }
                    Content::Command { typed, pieces } => {
                        (self.head(item, Some(asker(self.strand)), since, true))
                        div.msg-body {
                            (self.pieces.room.put(typed, &whole, |it| html! {
                                p { code.typed dir="auto" { (text::one_line(it)) } }
                            }))
                            @for it in pieces { (self.pieces.piece(it, false, &whole)) }
                        }
                    }
                    Content::Reply { model, pieces } => {
                        @let who = line(model.as_deref().unwrap_or("Agent"));
                        (self.head(item, (!goes_on).then_some(&*who), since, false))
                        div.msg-body { @for it in pieces { (self.pieces.piece(it, false, &whole)) } }
                    }
                    Content::Run(run) => { (self.run(item, run, since)) }
                    Content::Compaction { tokens, summary } => {
                        (self.compaction(item, *tokens, summary, since))
                    }
                    Content::Agent(agent) => { (self.pieces.agent(agent, None)) }
                }
                @for thread in threads.into_iter().flatten() {
                    (remarks::thread(self.request, thread, &self.pieces.room))
                }
            }
        }
    }

    /// Who says it and when, and what can be done with it. Nobody: who spoke before
    /// goes on.
    fn head(&self, item: &Shown, who: Option<&str>, since: Option<i64>, is_prompt: bool) -> Markup {
        let id = item.messages.first();
        html! {
            div.msg-head.msg-head--on[who.is_none()] {
                @match who {
                    Some(who) if is_prompt => h2.msg-who { (who) },
                    Some(who) => span.msg-who { (who) },
                    None => {}
                }
                @if let (Some(id), Some(at)) = (id, item.at) {
                    a.msg-time href={ "/m/" (id) } { (clock(self.request, at.0, since)) }
                }
                (self.actions(id.copied()))
            }
        }
    }

    fn actions(&self, id: Option<Id>) -> Markup {
        html! {
            @if let Some(id) = id {
                span.msg-actions {
                    button.btn.btn--bare type="button" data-comment=(id) data-session=(self.pieces.session)
                        data-k="m" { "Comment" }
                    button.btn.btn--bare type="button" data-post={ "/m/" (id) "/copy" } { "Copy" }
                    a.btn.btn--bare href={ "/m/" (id) "/raw" } { "Raw" }
                }
            }
        }
    }

    fn compaction(
        &self,
        item: &Shown,
        tokens: Option<u64>,
        summary: &[Piece],
        since: Option<i64>,
    ) -> Markup {
        // What was said before is summed up in the last message.
        let whole = item.messages.last().copied().map(whole).unwrap_or_default();
        html! {
            div.rule {
                span { "Compacted"
                    @if let Some(at) = item.at { " " (clock(self.request, at.0, since)) }
                    @if let Some(tokens) = tokens { ", " (grouped(tokens)) " tokens before" }
                }
            }
            @if !summary.is_empty() {
                details.fold data-fold="summary" {
                    summary { "What the agent kept of it" }
                    div.fold-body { @for it in summary { (self.pieces.piece(it, false, &whole)) } }
                }
            }
        }
    }

    /// Work: one step stands for itself, several are folded into a line.
    fn run(&self, item: &Shown, run: &Run, since: Option<i64>) -> Markup {
        let is_at = self.pieces.at.is_some_and(|at| item.messages.contains(&at));
        let tally = run.tally.line();
        html! {
            @if let [step] = run.steps.as_slice() {
                (self.step(step, is_at))
            } @else {
                details.fold data-fold="tool" open[is_at || run.tally.failed > 0] {
                    summary {
                        span.fold-line { (line(&tally)) }
                        @if let Some(at) = item.at { span.msg-time { (clock(self.request, at.0, since)) } }
                    }
                    div.work { @for it in &run.steps { (self.step(it, false)) } }
                }
            }
        }
    }

    fn step(&self, step: &RunStep, open: bool) -> Markup {
        match step {
            RunStep::Call(call) => call::call(&self.pieces, call, open),
            RunStep::Aside { message, label, pieces } => self.aside(*message, label, pieces, open),
        }
    }

    fn aside(&self, message: Id, label: &str, pieces: &[Piece], open: bool) -> Markup {
        if let [Piece::Thinking(thought)] = pieces {
            return self.pieces.thinking(thought, &whole(message));
        }
        let open = open || self.pieces.at == Some(message);
        html! {
            details.fold.fold--note data-fold="note" open[open] {
                summary { (line(label)) }
                div.fold-body {
                    @for it in pieces { (self.pieces.piece(it, false, &whole(message))) }
                    p { a href={ "/m/" (message) "/raw" } { "Raw" } }
                }
            }
        }
    }
}

/// Whether the `speaker` since the last prompt goes on; notes who it is now.
fn goes_on<'a>(speaker: &mut Option<Option<&'a str>>, content: &'a Content) -> bool {
    match content {
        Content::Reply { model, .. } => speaker.replace(model.as_deref()) == Some(model.as_deref()),
        Content::Run(_) | Content::Agent(_) => false,
        _ => {
            *speaker = None;
            false
        }
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Prompt(_) => "user",
        Content::Command { .. } => "command",
        Content::Reply { .. } => "agent",
        Content::Run(_) => "work",
        Content::Compaction { .. } => "compaction",
        Content::Agent(_) => "inside",
    }
}

fn first_call(run: &Run) -> String {
    let id = run.steps.iter().map(|it| match it {
        RunStep::Call(call) => call.message,
        RunStep::Aside { message, .. } => *message,
    });
    id.map(|it| it.to_string()).next().unwrap_or_default()
}
