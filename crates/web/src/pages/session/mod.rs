//! A session as a conversation to read.

mod asked;
mod call;
mod files;
mod find;
mod head;
mod inside;
mod item;
mod output;
mod permalink;
mod piece;
mod prose;
mod raw;
mod remarks;
mod window;

use driftline_core::Id;
use maud::html;

use self::{
    asked::{Found, session},
    item::Items,
    window::Window,
};
pub(super) use self::{
    files::{answer, image, json, markdown, plain, text as whole},
    find::show as find,
    inside::show as inside,
    permalink::show as permalink,
    raw::show as raw,
};
use crate::{Fragment, Request, Result, parts};

/// What is shown again when it changes.
const LIVE: &[&str] = &["messages", "sessions", "comments"];

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let id = request.id("id")?;
    let (id, session) = match session(request, id)? {
        Found::Shown(id, session) => (id, session),
        Found::Deleted(id, name) => return Ok(deleted(id, &name)),
    };
    let conversation = request.reading.conversations().of(id)?;
    let threads = request.reading.conversations().threads(id)?;
    let window = Window::asked(request, &conversation, &threads, session.read_at)?;
    let shown = request.reading.conversations().window(
        &conversation,
        window.strand,
        window.items.clone(),
    )?;
    let items = Items::new(request, &conversation, &threads, &window);
    let title = head::title(&session);
    Ok(Fragment::new(
        title.clone(),
        html! {
            (head::head(request, id, &session, &title, &conversation, window.strand)?)
            div.talk data-address=[window.address()] {
                (window.outline(&conversation))
                div.talk-main {
                    @if conversation.is_empty() {
                        (parts::empty(
                            "No message of this session is here. It may not have been synced yet, \
                             or its transcript holds none.",
                            html! { a.btn href={ "/why/" (id) } { "Why" } },
                        ))
                    }
                    (window.older())
                    ol.msgs { (items.all(&shown)?) }
                    (window.newer())
                    @if window.is_main_end() {
                        (window.seen(id, session.read_at, &conversation))
                    }
                    (remarks::of_session(request, id, &threads, &conversation))
                }
            }
            (remarks::form())
            (find::form())
        },
    )
    .wide()
    .live(LIVE))
}

fn deleted(id: Id, name: &str) -> Fragment {
    Fragment::new(
        name,
        html! {
            h1 dir="auto" { (name) }
            (parts::empty(
                "This session is deleted. It is hidden on every device, with its messages and \
                 comments; nothing of it is lost.",
                html! { button.btn.btn--main data-post={ "/s/" (id) "/restore" } { "Restore" } },
            ))
        },
    )
    .live(LIVE)
}
