//! What a person says about sessions and messages.

use driftline_core::{Error as CoreError, Id, SyncEntity as _, Timestamp};
use driftline_entities::comments::Comment;

use crate::{Error, Form, Outcome, Post, Request, Result};

/// Says something about a session or a message.
pub(super) fn create(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let id = |name: &str| match form.text(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<Id>()
            .map(Some)
            .map_err(|_| Error::Bad(format!("`{name}` is not an id; load the page again"))),
    };
    let (session, message) = (id("session")?, id("message")?);
    let session = session.ok_or_else(|| Error::Bad("the comment is about no session".into()))?;
    let Some(body) = form.text("body") else {
        return Ok(Outcome::wrong_field("body", "Say something first."));
    };
    let comment = request.replica.create(&Comment {
        session: Some(session),
        message,
        body: Some(body.to_owned()),
        author: request.host.person(),
        resolved_at: None,
    })?;
    let undo = Post::to(format!("/comments/{comment}/delete"));
    Ok(Outcome::toast("Commented.").undo(undo))
}

/// Settles the thread of a comment.
pub(super) fn resolve(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    settle(request, id, Some(Timestamp::from(request.now)))?;
    Ok(Outcome::toast("Resolved.").undo(Post::to(format!("/comments/{id}/reopen"))))
}

/// Opens the thread of a comment again.
pub(super) fn reopen(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    settle(request, id, None)?;
    Ok(Outcome::toast("Open again.").undo(Post::to(format!("/comments/{id}/resolve"))))
}

fn settle(request: &Request<'_>, id: Id, at: Option<Timestamp>) -> Result<()> {
    let thread = request.reading.conversations().thread_of(id)?;
    let thread = thread.ok_or_else(|| CoreError::NotFound { entity: Comment::NAME.into(), id })?;
    for it in thread.remarks.iter().filter(|it| it.resolved_at.is_some() != at.is_some()) {
        request.replica.update::<Comment>(it.id, |it| it.resolved_at = at)?;
    }
    Ok(())
}

/// Takes a comment back.
pub(super) fn delete(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    request.replica.delete::<Comment>(id)?;
    Ok(Outcome::toast("Comment deleted.").undo(Post::to(format!("/comments/{id}/restore"))))
}

/// Brings a comment back.
pub(super) fn restore(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.replica.restore::<Comment>(request.id("id")?)?;
    Ok(Outcome::toast("Restored."))
}
