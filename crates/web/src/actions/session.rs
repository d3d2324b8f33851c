//! What a person does with a session.

use driftline_conversation::export::Detail;
use driftline_core::{Error as CoreError, Refusal, SyncEntity as _, Timestamp};
use driftline_entities::{sessions::Session, workspaces::Workspace};
use driftline_text as text;

use crate::{Error, Form, Outcome, Post, Request, Result, resume::command};

/// Gives a session another name.
pub(super) fn rename(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let Some(name) = form.text("name") else {
        return Ok(Outcome::wrong_field("name", "Give it a name."));
    };
    let before = request.replica.get::<Session>(id)?.and_then(|it| it.value.name);
    if before.as_deref() == Some(name) {
        return Ok(Outcome::done());
    }
    match request.replica.update::<Session>(id, |it| it.name = Some(name.to_owned())) {
        Ok(()) => {
            let back = before.unwrap_or_default();
            let undo = Post::to(format!("/s/{id}/rename")).field("name", back.as_str());
            let done = Outcome::toast("Renamed.");
            Ok(if back.is_empty() { done } else { done.undo(undo) })
        }
        Err(error @ CoreError::Refused { why: Refusal::KeyTaken { .. }, .. }) => {
            Ok(Outcome::wrong_field("name", error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps a session on top, or no longer.
pub(super) fn pin(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let (id, on) = (request.id("id")?, form.text("on").is_some());
    request.replica.update::<Session>(id, |it| it.pinned = on)?;
    Ok(Outcome::toast(if on { "Pinned." } else { "No longer pinned." }))
}

/// Puts a session out of the way, or back.
pub(super) fn archive(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let (id, on) = (request.id("id")?, form.text("on").is_some());
    request.replica.update::<Session>(id, |it| it.archived = on)?;
    let undo = Post::to(format!("/s/{id}/archive")).field("on", if on { "" } else { "1" });
    Ok(Outcome::toast(if on { "Archived." } else { "Out of the archive." }).undo(undo))
}

/// Hides a session everywhere.
pub(super) fn delete(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    request.replica.delete::<Session>(id)?;
    let undo = Post::to(format!("/s/{id}/restore"));
    Ok(Outcome::toast("Deleted, with its messages and comments.").undo(undo).and_go("/sessions"))
}

/// Brings a session back.
pub(super) fn restore(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    request.replica.restore::<Session>(id)?;
    Ok(Outcome::toast("Restored.").and_go(format!("/s/{id}")))
}

/// Notes up to where a session was read. It never goes back.
pub(super) fn read(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let until = form.required("until")?.parse();
    let until = Timestamp(until.map_err(|_| Error::Bad("`until` is not a time".into()))?);
    let session = request.replica.get::<Session>(id)?;
    let session =
        session.ok_or_else(|| CoreError::NotFound { entity: Session::NAME.into(), id })?;
    if session.value.read_at.is_none_or(|it| it < until) {
        request.replica.update::<Session>(id, |it| it.read_at = Some(until))?;
    }
    Ok(Outcome::done())
}

/// A session as markdown, for the clipboard.
pub(super) fn copy(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let said = request
        .reading
        .conversations()
        .export_markdown(id, Detail::Said, &|it| text::minute(it.0, request.zone))?;
    let said = said.ok_or_else(|| CoreError::NotFound { entity: Session::NAME.into(), id })?;
    let size = text::size(said.len());
    Ok(Outcome::toast(format!("Copied as markdown ({size}).")).copy(said))
}

/// A message as markdown, for the clipboard.
pub(super) fn copy_message(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let said = request
        .reading
        .conversations()
        .message_markdown(id, &|it| text::minute(it.0, request.zone))?;
    let said = said.ok_or_else(|| Error::NotFound(format!("no message has the id {id}")))?;
    Ok(Outcome::toast("Copied as markdown.").copy(said))
}

/// The command that goes on with a session, for the clipboard.
pub(super) fn resume(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let session = request.replica.get::<Session>(id)?;
    let workspace = match session.as_ref().and_then(|it| it.value.workspace) {
        Some(id) => request.replica.get::<Workspace>(id)?,
        None => None,
    };
    let workspace = workspace.as_ref().map(|it| &it.value);
    let command = session.and_then(|it| command(request, &it.value, workspace));
    let command = command.ok_or_else(|| {
        Error::Bad(
            "it is not known how this agent goes on with a session, or its folder has a name that \
             your shell would act on"
                .into(),
        )
    })?;
    Ok(Outcome::toast("Copied. Paste it into a terminal.").copy(command))
}
