//! The pieces of what is said: prose, thoughts, images, what a program put in. Items are
//! made of them, and so are calls of tools, which items hold.

use driftline_conversation::{Agent, Image, Piece};
use driftline_core::Id;
use driftline_text as text;
use maud::{Markup, html};

use super::{output, prose};
use crate::parts::{Room, count_of, line};

/// What pieces are shown with.
pub(super) struct Pieces {
    /// The session that they are of.
    pub(super) session: Id,
    /// The message that was asked for.
    pub(super) at: Option<Id>,
    /// What is left on the page.
    pub(super) room: Room,
}

impl Pieces {
    /// Those of a page that is still empty.
    pub(super) fn new(session: Id, at: Option<Id>) -> Self {
        Self { session, at, room: Room::default() }
    }

    /// A piece of what is said. `whole`: the file that has all of it.
    pub(super) fn piece(&self, piece: &Piece, by_person: bool, whole: &str) -> Markup {
        match piece {
            Piece::Text(said) => html! {
                div.prose.prose--person[by_person] dir="auto" {
                    (self.room.put(said, whole, prose::prose))
                }
            },
            Piece::Program { tag, text: said } => html! {
                details.fold.fold--note data-fold="note" {
                    summary { (line(&tag.replace(['-', '_'], " "))) }
                    div.fold-body { (self.room.put(said, whole, |it| output::output(it, None))) }
                }
            },
            Piece::Thinking(thought) => self.thinking(thought, whole),
            Piece::Image(it) => image(it),
            Piece::Other { kind, json } => html! {
                details.fold.fold--note data-fold="note" {
                    summary { (line(kind)) }
                    div.fold-body { (self.room.put(json, whole, |it| output::code("json", it))) }
                }
            },
        }
    }

    /// A sub-agent, read inside the conversation that started it.
    pub(super) fn agent(&self, agent: &Agent, label: Option<&str>) -> Markup {
        let inside = agent.first.map(|it| format!("/s/{}/inside/{it}", self.session));
        html! {
            details.fold.fold--agent data-load=[inside.as_deref()] data-key=[inside.as_deref()] {
                summary {
                    "Sub-agent " @if let Some(label) = label { "“" (label) "” " }
                    span.muted { (line(&agent.name)) ", " (count_of(agent.messages, "message", "messages")) }
                }
                div.inside aria-busy="true" {}
            }
        }
    }

    /// What an agent thought, folded into a line.
    pub(super) fn thinking(&self, thought: &str, whole: &str) -> Markup {
        let words = thought.split_whitespace().count() as u64;
        html! {
            @if words == 0 {
                p.hint { "Thinking, which the agent's maker keeps to itself" }
            } @else {
                details.fold.fold--thinking data-fold="thinking" {
                    summary { "Thinking (" (count_of(words, "word", "words")) ")" }
                    div.fold-body { (self.room.put(thought, whole, prose::prose)) }
                }
            }
        }
    }
}

/// The file that has all of a message.
pub(super) fn whole(message: Id) -> String {
    format!("/m/{message}/text")
}

fn image(image: &Image) -> Markup {
    let (media_type, size) = (line(&image.media_type), text::size(image.bytes));
    html! {
        @if image.bytes == 0 {
            p.hint { "An image that is not in the transcript" }
        } @else {
            figure.image {
                img data-src={ "/m/" (image.message) "/image/" (image.index) }
                    alt={ "Image, " (media_type) ", " (size) };
                figcaption { (media_type) ", " (size) }
            }
        }
    }
}
