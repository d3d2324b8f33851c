//! A call of a tool: what it was asked, what it would change, what it answered.

use driftline_conversation::{Answer, Call, Piece};
use driftline_text::{self as text, Change, Sign};
use maud::{Markup, html};

use super::{
    output,
    piece::{Pieces, whole},
};
use crate::parts::{count_of, line};

/// The most lines of a change that are shown at once.
const LINES: usize = 80;

pub(super) fn call(pieces: &Pieces, call: &Call, open: bool) -> Markup {
    let failed = call.answer.as_ref().is_some_and(|it| it.failed);
    let ids = [Some(call.message), call.answer.as_ref().map(|it| it.message)];
    let open = open || failed || pieces.at.is_some_and(|at| ids.contains(&Some(at)));
    let change = text::change(&call.input);
    let class = if failed { "tool tool--fail" } else { "tool" };
    html! {
        details class=(class) data-fold="tool" open[open] {
            summary {
                span.tool-name { (line(&call.name)) }
                code.tool-hint dir="auto" { (line(&call.hint)) }
                span.tool-facts {
                    @if let Some(change) = &change {
                        span.plus { "+" (change.added) } " " span.minus { "−" (change.removed) } " "
                    }
                    @if failed { span.failed { "failed" } " " }
                    @if call.answer.is_none() { "no result " }
                    @if let Some(took) = call.took.filter(|it| *it >= 1000) { (text::length(took)) }
                }
            }
            div.tool-body {
                @match &change {
                    Some(change) => (diff(change, call)),
                    None => (arguments(pieces, call)),
                }
                @if let Some(agent) = &call.agent {
                    (pieces.agent(agent, Some(&line(&call.hint))))
                }
                @if let Some(answer) = &call.answer { (self::answer(pieces, answer)) }
            }
        }
    }
}

/// The arguments, unless the line above says them all.
fn arguments(pieces: &Pieces, call: &Call) -> Markup {
    let said = match call.input.as_object() {
        Some(fields) => {
            fields.len() <= 1 && fields.values().all(|it| it.as_str() == Some(call.hint.as_str()))
        }
        None => call.input.is_null(),
    };
    if said {
        return html! {};
    }
    if let Some(command) = call.input.get("command").and_then(|it| it.as_str()) {
        let why = call.input.get("description").and_then(|it| it.as_str());
        return html! {
            @if let Some(why) = why { p.hint dir="auto" { (line(why)) } }
            @if command.trim() != call.hint {
                (pieces.room.put(command, &whole(call.message), |it| output::code("sh", it)))
            }
        };
    }
    let json = serde_json::to_string_pretty(&call.input).unwrap_or_default();
    pieces.room.put(&json, &whole(call.message), |it| output::code("json", it))
}

fn diff(change: &Change, call: &Call) -> Markup {
    let hidden = change.lines.len().saturating_sub(LINES);
    html! {
        div.diff {
            p.diff-path { code { (line(&change.path)) } }
            pre { code {
                @for line in change.lines.iter().take(LINES) {
                    @let class = match line.sign {
                        Sign::Added => Some("add"),
                        Sign::Removed => Some("del"),
                        Sign::Gap => Some("gap"),
                        Sign::Same => None,
                    };
                    span class=[class] { (line.sign.mark()) (text::safe(cut(&line.text))) "\n" }
                }
            } }
            @if hidden > 0 {
                p { a href={ "/m/" (call.message) "/raw" } { (count_of(hidden, "more line", "more lines")) } }
            }
        }
    }
}

fn cut(line: &str) -> &str {
    let end = line.char_indices().nth(1_000).map_or(line.len(), |(end, _)| end);
    &line[..end]
}

fn answer(pieces: &Pieces, answer: &Answer) -> Markup {
    html! {
        @if answer.pieces.is_empty() { p.hint { "It answered nothing." } }
        @for piece in &answer.pieces {
            @match piece {
                Piece::Text(said) => (output(pieces, said, answer)),
                other => (pieces.piece(other, false, &whole(answer.message))),
            }
        }
    }
}

/// What a program put out: its ends, which are all that a page has room for.
fn output(pieces: &Pieces, said: &str, answer: &Answer) -> Markup {
    if pieces.room.is_full() {
        let file = format!("/m/{}/answer/{}", answer.message, answer.index);
        return pieces.room.put(said, &file, |it| output::output(it, Some(answer)));
    }
    let markup = output::output(said, Some(answer));
    pieces.room.spend(&markup);
    markup
}
