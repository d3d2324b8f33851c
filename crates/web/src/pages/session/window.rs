//! Which part of a conversation is shown, and the ways to the rest. Its ends are named by
//! messages, so an address means the same when the conversation has grown.

use std::ops::Range;

use driftline_conversation::{At, Conversation, Place, WINDOW, threads::Thread};
use driftline_core::{Id, Timestamp};
use driftline_text as text;
use maud::{Markup, html};

use crate::{Error, Request, Result, parts::grouped};

/// The most messages on one page.
const MOST: usize = 5_000;

/// A part of a conversation.
pub(super) struct Window {
    session: Id,
    pub(super) strand: usize,
    pub(super) items: Range<usize>,
    /// The message that was asked for.
    pub(super) at: Option<Id>,
    /// The first item that is new to the person.
    pub(super) new: Option<usize>,
    /// Up to when the person had read, when the page was opened.
    since: Option<Timestamp>,
    total: usize,
    first: Option<Id>,
    last: Option<Id>,
    /// The message that a step further back begins with.
    back: Option<Id>,
    /// The message that a step further on ends with; none within: it reaches the end.
    on: Option<Option<Id>>,
}

impl Window {
    /// What the address asks for; otherwise what is new, the end of what was read before,
    /// or the beginning of what was not.
    pub(super) fn asked(
        request: &Request<'_>,
        conversation: &Conversation,
        threads: &[Thread],
        read_at: Option<Timestamp>,
    ) -> Result<Self> {
        let id = |name: &str| match request.query(name) {
            None => Ok(None),
            Some(text) => text.parse::<Id>().map(Some).map_err(|_| {
                Error::Bad(format!("`{}` is not the id of a message", text::one_line(text)))
            }),
        };
        let since = request.query("since").and_then(|it| it.parse().ok()).map(Timestamp);
        let since = since.or(read_at);
        let new = since.and_then(|it| conversation.new_since(it));
        // A comment is shown at what it is about.
        let about = |it: Id| {
            let of = |thread: &&Thread| thread.remarks.iter().any(|remark| remark.id == it);
            threads.iter().find(of).map_or(Some(it), |it| it.message)
        };
        let asked = id("at")?;
        let at = match (asked.and_then(about), id("from")?) {
            (at, Some(from)) => (at, At::From(from, id("to")?, MOST)),
            (Some(at), None) => (Some(at), At::Message(at)),
            // About the session as a whole: behind its end.
            (None, None) if asked.is_some() => (None, At::End(0)),
            (None, None) if request.query("all").is_some() => (None, At::All(0, MOST)),
            (None, None) => (None, opening(conversation, since, new)),
        };
        let (at, place) = at;
        let Some((strand, items)) = conversation.range(place) else {
            return Err(Error::NotFound(
                "this session has no such message; it may be deleted, or not synced yet".into(),
            ));
        };
        let mut window = Self::of(conversation, strand, items);
        window.at = at;
        window.since = since;
        window.new = new.filter(|it| it.strand == strand && it.item > 0).map(|it| it.item);
        Ok(window)
    }

    /// The beginning of a strand.
    pub(super) fn start(conversation: &Conversation, strand: usize) -> Self {
        let items = conversation.range(At::Start(strand)).map_or(0..0, |(_, items)| items);
        Self::of(conversation, strand, items)
    }

    fn of(conversation: &Conversation, strand: usize, items: Range<usize>) -> Self {
        let total = conversation.items(strand);
        let message = |item: usize| conversation.message(Place { strand, item });
        let first = message(items.start);
        let last = items.end.checked_sub(1).and_then(message);
        let back = first.filter(|_| items.start > 0).and_then(|it| {
            let (_, before) = conversation.range(At::Before(it))?;
            message(before.start)
        });
        let on = last.filter(|_| items.end < total).and_then(|it| {
            let (_, after) = conversation.range(At::After(it))?;
            let inner = after.end.checked_sub(1).filter(|_| after.end < total);
            Some(inner.and_then(message))
        });
        let session = conversation.session();
        Self {
            session,
            strand,
            items,
            at: None,
            new: None,
            since: None,
            total,
            first,
            last,
            back,
            on,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        self.items.end >= self.total
    }

    pub(super) fn is_main_end(&self) -> bool {
        self.strand == 0 && self.is_end() && self.total > 0
    }

    /// An address that shows the same again, also when there is more.
    pub(super) fn address(&self) -> Option<String> {
        let last = self.last.filter(|_| !self.is_end());
        Some(self.to(self.first?, last))
    }

    fn to(&self, first: Id, last: Option<Id>) -> String {
        let to = last.map(|it| format!("&to={it}")).unwrap_or_default();
        let at = self.at.map(|it| format!("&at={it}")).unwrap_or_default();
        let since = self.since.map(|it| format!("&since={}", it.0)).unwrap_or_default();
        format!("/s/{}?from={first}{to}{at}{since}", self.session)
    }

    /// The way to what comes before.
    pub(super) fn older(&self) -> Markup {
        let last = self.last.filter(|_| !self.is_end());
        html! {
            @if let Some(back) = self.back {
                nav.grow aria-label="Earlier messages" {
                    a.btn data-grow href=(self.to(back, last)) { "Older " (WINDOW) }
                    (self.all())
                }
            }
        }
    }

    /// The way to what comes after.
    pub(super) fn newer(&self) -> Markup {
        html! {
            @if let (Some(first), Some(on)) = (self.first, self.on) {
                nav.grow aria-label="Later messages" {
                    a.btn data-grow href=(self.to(first, on)) { "Newer " (WINDOW) }
                    (self.all())
                }
            }
        }
    }

    fn all(&self) -> Markup {
        html! {
            @if self.strand == 0 {
                a href={ "/s/" (self.session) "?all=1" } { "Everything" }
                " " span.muted { (grouped(self.items.len() as u64)) " of " (grouped(self.total as u64)) " shown" }
            }
        }
    }

    /// Tells the script that the end is in sight, if that is news.
    pub(super) fn seen(
        &self,
        session: Id,
        read_at: Option<Timestamp>,
        conversation: &Conversation,
    ) -> Markup {
        let last = conversation.last().filter(|last| read_at.is_none_or(|it| it < *last));
        html! {
            @if let Some(last) = last {
                div.end data-seen={ "/s/" (session) "/read" } data-form={ "until=" (last.0) } {}
            }
        }
    }

    /// The prompts of the conversation, to go to.
    pub(super) fn outline(&self, conversation: &Conversation) -> Markup {
        let outline = conversation.outline();
        let prompts = outline.iter().filter(|it| it.prompt.is_some()).count();
        let here = outline.iter().filter(|it| it.place.item <= self.items.start).count();
        let mut number = 0;
        html! {
            nav.outline aria-label="Outline" {
                details.outline-box open {
                    summary { "Outline " span.muted { (grouped(prompts as u64)) } }
                    ol {
                        @for (place, it) in outline.iter().enumerate() {
                            @let current = (place + 1 == here).then_some("location");
                            @match &it.prompt {
                                Some(prompt) => li {
                                    a href={ "/s/" (self.session) "?at=" (it.message) "#m-" (it.message) }
                                        aria-current=[current] dir="auto" {
                                        span.num { ({ number += 1; number }) }
                                        span.cut { @if prompt.is_empty() { "(image)" } @else { (text::safe(prompt)) } }
                                    }
                                }
                                None => li.outline-rule { span { "compacted" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is shown of a session that is opened without saying where.
fn opening(conversation: &Conversation, read: Option<Timestamp>, new: Option<Place>) -> At {
    match (read, new) {
        (Some(_), None) => At::End(0),
        (Some(_), Some(new)) if new.item > 0 => {
            conversation.message(new).map_or(At::End(0), At::Message)
        }
        _ => At::Start(0),
    }
}
