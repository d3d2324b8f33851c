//! What of a session is no page: images, answers in full, exports.

use driftline_conversation::export::Detail;
use driftline_core::Id;
use driftline_text as text;

use crate::{Download, Error, Request, Result};

/// The image at a place of a message.
pub(in crate::pages) fn image(request: &Request<'_>) -> Result<Download> {
    let picture = request.reading.conversations().picture(request.id("id")?, index(request)?)?;
    let picture = picture.ok_or_else(|| Error::NotFound("there is no such image".into()))?;
    Ok(Download { media: picture.media_type.into(), name: None, bytes: picture.bytes })
}

/// An answer of a tool, all of it.
pub(in crate::pages) fn answer(request: &Request<'_>) -> Result<Download> {
    let said = request.reading.conversations().answer(request.id("id")?, index(request)?)?;
    let said = said.ok_or_else(|| Error::NotFound("there is no such answer".into()))?;
    Ok(plain(request.part("id"), &said))
}

/// A message, all of it.
pub(in crate::pages) fn text(request: &Request<'_>) -> Result<Download> {
    let said = request.reading.conversations().message_text(request.id("id")?)?;
    let said = said.ok_or_else(|| Error::NotFound("there is no such message".into()))?;
    Ok(plain(request.part("id"), &said))
}

/// A text to be read by people: without what drives a terminal, and with what misleads made
/// visible. To the letter it is in the export as JSON.
pub(in crate::pages) fn plain(name: &str, said: &str) -> Download {
    let said: String = text::spans(said).into_iter().map(|it| it.text).collect();
    let bytes = text::safe(&said).into_owned().into_bytes();
    let media = "text/plain; charset=utf-8".into();
    Download { media, name: Some(format!("{name}.txt")), bytes }
}

fn index(request: &Request<'_>) -> Result<usize> {
    let text = request.part("index");
    text.parse().map_err(|_| Error::NotFound("there is no such part".into()))
}

/// A session as markdown.
pub(in crate::pages) fn markdown(request: &Request<'_>) -> Result<Download> {
    let id = request.id("id")?;
    let text = request
        .reading
        .conversations()
        .export_markdown(id, Detail::All, &|it| text::minute(it.0, request.zone))?;
    let text = text.ok_or_else(|| gone(id))?;
    let name = Some(format!("session-{id}.md"));
    Ok(Download { media: "text/markdown; charset=utf-8".into(), name, bytes: text.into_bytes() })
}

/// A session as JSON.
pub(in crate::pages) fn json(request: &Request<'_>) -> Result<Download> {
    let id = request.id("id")?;
    let file = request.reading.conversations().export_json(id)?.ok_or_else(|| gone(id))?;
    let name = Some(format!("session-{id}.json"));
    let bytes = serde_json::to_vec_pretty(&file)
        .map_err(|error| Error::Bad(format!("the session cannot be written as JSON: {error}")))?;
    Ok(Download { media: "application/json".into(), name, bytes })
}

fn gone(id: Id) -> Error {
    Error::NotFound(format!("no session has the id {id}"))
}
