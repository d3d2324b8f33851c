//! What is done about the remote. Each takes longer than a page; the page says how far it is.

use std::collections::BTreeMap;

use driftline_client::{
    Errand,
    connect::{self, How, Typed},
    first_merge::Agreed,
};
use driftline_core::{BackendPlugin, SecretString};

use crate::{Error, Form, Outcome, Request, Result};

const PAGE: &str = "/connect";

fn begin(request: &Request<'_>, how: How) -> Result<Outcome> {
    request.profile.begin(Errand::Connect(Box::new(how)));
    Ok(Outcome::go(PAGE))
}

/// Connects with a backend up to the look at what a merge would do.
pub(super) fn connect(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let plugin = plugin(request)?;
    let how = match read(plugin, form) {
        Ok(how) => how,
        Err(errors) => return Ok(Outcome::wrong(errors)),
    };
    if plugin.sign_in.is_none() {
        return begin(request, how);
    }
    request.profile.name_remote(&how)?;
    Ok(Outcome::go("/account"))
}

/// Tries a place out and changes nothing.
pub(super) fn test(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    match read(plugin(request)?, form) {
        Ok(how) => begin(request, How { merge: Agreed::No, ..how }),
        Err(errors) => Ok(Outcome::wrong(errors)),
    }
}

/// Looks again what a merge with the remote in use would do.
pub(super) fn look(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, How { merge: Agreed::No, ..How::default() })
}

/// Agrees to the first merge with the remote in use.
pub(super) fn agree(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, How { merge: Agreed::Yes, ..How::default() })
}

/// Syncs with nobody from now on.
pub(super) fn disconnect(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    begin(request, How { backend: Some("none".into()), ..How::default() })
}

/// Has the words of a new key.
pub(super) fn key_kept(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.forget_key();
    Ok(Outcome::go(PAGE))
}

/// Wants no more of what is under way.
pub(super) fn stop(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.stop();
    Ok(Outcome::go(PAGE))
}

fn plugin(request: &Request<'_>) -> Result<&'static BackendPlugin> {
    let wanted = request.part("backend");
    let found = connect::backends().find(|it| it.name == wanted);
    found.ok_or_else(|| Error::NotFound("there is no such backend".into()))
}

/// What was typed, or what is wrong with it, by field.
fn read(plugin: &BackendPlugin, form: &Form) -> std::result::Result<How, BTreeMap<String, String>> {
    let typed =
        |(key, _): &(&str, &str)| form.text(key).map(|text| ((*key).to_owned(), text.to_owned()));
    let settings: Vec<(String, String)> = plugin.settings.iter().filter_map(typed).collect();
    if let Some((needed, what)) = plugin.settings.first()
        && settings.iter().all(|(key, _)| key != needed)
    {
        return Err([((*needed).to_owned(), format!("It needs {what}."))].into());
    }
    let secrets = plugin.secrets.iter().filter_map(typed);
    let secrets: Typed = secrets.map(|(key, text)| (key, SecretString::from(text))).collect();
    Ok(How { backend: Some(plugin.name.to_owned()), settings, secrets, ..How::default() })
}
