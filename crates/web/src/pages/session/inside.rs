//! A sub-agent's conversation, put into the call that started it when that is opened.

use maud::html;

use super::{item::Items, window::Window};
use crate::{Error, Fragment, Request, Result, parts::line};

pub(in crate::pages) fn show(request: &Request<'_>) -> Result<Fragment> {
    let (session, first) = (request.id("id")?, request.id("message")?);
    let conversation = request.reading.conversations().of(session)?;
    let place = conversation.place(first);
    let place = place.ok_or_else(|| Error::NotFound(format!("no message has the id {first}")))?;
    let window = Window::start(&conversation, place.strand);
    let shown = request.reading.conversations().window(
        &conversation,
        window.strand,
        window.items.clone(),
    )?;
    let threads = request.reading.conversations().threads(session)?;
    let items = Items::new(request, &conversation, &threads, &window);
    let agent = line(conversation.agent(place.strand).unwrap_or_default());
    Ok(Fragment::new(
        agent,
        html! {
            ol.msgs.msgs--inside { (items.all(&shown)?) }
            @if !window.is_end() {
                p { a.btn href={ "/s/" (session) "?at=" (first) } {
                    "All " (conversation.messages(place.strand)) " messages" } }
            }
        },
    ))
}
