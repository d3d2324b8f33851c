//! What becomes of a row in which somebody wrote what is likely a secret.

use driftline_client::held::Choice;

use crate::{Error, Form, Outcome, Post, Request, Result};

/// Does with it what was chosen.
pub(super) fn choose(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (request.part("entity"), request.id("id")?);
    let text = request.part("choice");
    let choice = Choice::named(text).ok_or_else(|| {
        Error::NotFound(format!("`{}` is no choice", driftline_core::excerpt(text)))
    })?;
    request.profile.choose(entity, id, choice)?;
    Ok(match choice {
        Choice::Redact => Outcome::toast("Replaced. The earlier text is in its history here."),
        Choice::Send => Outcome::toast("It is sent as it is."),
        Choice::Ask => Outcome::toast("It is held until you decide."),
        Choice::Keep => {
            let undo = Post::to(format!("/held/{entity}/{id}/ask"));
            Outcome::toast("It stays on this device.").undo(undo)
        }
    })
}
