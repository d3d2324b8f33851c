//! Writing again what gave way, and taking apart what was folded.

use driftline_core::{Error as CoreError, Refusal, Value, Values, store::LogId};
use driftline_inspect::{conflicts, folds};

use crate::{Error, Form, Outcome, Post, Request, Result, parts::label};

/// Writes a value that gave way again.
pub(super) fn restore(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let text = request.part("log_id");
    let log_id = text.parse().map(LogId).map_err(|_| {
        Error::NotFound(format!("`{}` is no number of a value", driftline_core::excerpt(text)))
    })?;
    let done = conflicts::restore(request.replica, log_id)?;
    let outcome = Outcome::toast(format!("{} is as it was.", label(&done.field)));
    Ok(match done.undo {
        Some(log_id) => outcome.undo(Post::to(format!("/conflicts/{log_id}/restore"))),
        None => outcome,
    })
}

/// Takes a row apart from those that it was folded with.
pub(super) fn split(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let (entity, id) = (request.part("entity"), request.id("id")?);
    let descriptor = request.replica.schema().entity(entity)?;
    let own = request.replica.read(|tx| tx.get(entity, id))?;
    let mut changes = Values::new();
    for field in descriptor.natural_key {
        let typed = form.text(field).map_or(Value::Null, Value::from);
        let had = own.as_ref().and_then(|it| it.row.value(field)).unwrap_or(&Value::Null);
        if typed != *had {
            changes.insert((*field).to_owned(), typed);
        }
    }
    match folds::split(request.replica, entity, id, &changes) {
        Ok(done) => {
            let undo = Post::to(format!("/folds/{entity}/{id}/rejoin"));
            let mut words = folds::words(entity, &done);
            words.remove(0);
            words.insert(0, "Taken apart.".into());
            Ok(Outcome::toast(words.join(" ")).undo(undo))
        }
        Err(error @ CoreError::Refused { why: Refusal::KeyTaken { .. }, .. }) => {
            let field = descriptor.natural_key.first().copied().unwrap_or_default();
            Ok(Outcome::wrong_field(field, error.to_string()))
        }
        Err(
            error @ (CoreError::Refused { why: Refusal::AlreadyApart { .. }, .. }
            | CoreError::Refused { why: Refusal::NotFolded, .. }),
        ) => Ok(Outcome::wrong_field("", error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// Undoes that.
pub(super) fn rejoin(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (request.part("entity"), request.id("id")?);
    folds::rejoin(request.replica, entity, id)?;
    Ok(Outcome::toast("One again.").undo(Post::to(format!("/folds/{entity}/{id}/split"))))
}
