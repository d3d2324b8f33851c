//! What is done with the account. Each takes longer than a page; the page says how far it
//! is.

use driftline_client::Errand;

use crate::{Error, Form, Outcome, Request, Result};

fn begin(request: &Request<'_>, errand: Errand) -> Result<Outcome> {
    request.profile.begin(errand);
    Ok(Outcome::go("/account"))
}

/// Signs in with a provider, in the browser.
pub(super) fn sign_in(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let account = request.profile.account()?;
    let wanted = request.part("provider");
    if !account.providers.iter().any(|(name, _)| name == wanted) {
        return Err(Error::NotFound("there is no such way to sign in".into()));
    }
    begin(request, Errand::SignIn(wanted.to_owned()))
}

/// Wants no more of what is under way.
pub(super) fn stop(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.stop();
    Ok(Outcome::go("/account"))
}

/// Merges for the first time.
pub(super) fn merge(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, Errand::Merge)
}

/// Takes the first merge back.
pub(super) fn undo(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, Errand::Undo)
}

/// Signs out.
pub(super) fn sign_out(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    match request.part("what") {
        "send" => begin(request, Errand::SignOut { send: true }),
        "keep" => begin(request, Errand::SignOut { send: false }),
        _ => Err(Error::NotFound("what waits is either sent or kept".into())),
    }
}

/// Ends the sign-in of another device.
pub(super) fn revoke(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let device = request.part("device");
    if !device.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return Err(Error::NotFound("there is no such device".into()));
    }
    begin(request, Errand::Revoke(device.to_owned()))
}

/// Ends every sign-in but this one.
pub(super) fn revoke_others(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, Errand::RevokeOthers)
}
