//! The account: who is signed in, on which devices, and the first merge, looked at before
//! it is done.

use driftline_client::{
    Errand, Error as ClientError, Standing,
    account::{Listed, Overview},
    errand::{Came, Done},
    first_merge::FirstMerge,
};
use driftline_core::ExposeSecret as _;
use driftline_text::ago;
use maud::{Markup, html};

use crate::{
    Download, Error, Fragment, Request, Result,
    parts::{self, count_of, grouped},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let account = request.profile.account()?;
    let main = html! {
        h1 { "Account" }
        @match &account.remote {
            None => (nothing()),
            Some(remote) => {
                @if let Some(errand) = &account.running { (under_way(errand, account.page.as_deref())) }
                @if let Some(words) = &account.key { (parts::new_key(words.expose_secret())) }
                @if let Some((_, came)) = &account.done { (came_to(came)) }
                @match &account.who {
                    Some(Ok(who)) => (signed_in(request, remote, who)),
                    Some(Err(why)) => (signed_out(&account, remote, &why.told())),
                    None => p.muted { "Asking " (remote) " …" },
                }
            }
        }
    };
    Ok(Fragment::new("Account", main).live(&["@status"]))
}

/// The picture of who is signed in.
pub(super) fn picture(request: &Request<'_>) -> Result<Download> {
    let (media, bytes) = request
        .profile
        .picture()
        .ok_or_else(|| Error::NotFound("there is no picture of whoever is signed in".into()))?;
    Ok(Download { media, name: None, bytes })
}

fn nothing() -> Markup {
    parts::empty(
        "No account is needed: everything is on this device. To have it on several, connect this \
         profile with a remote of yours.",
        html! { a.btn.btn--main href="/connect" { "Connect" } },
    )
}

fn under_way(errand: &Errand, page: Option<&str>) -> Markup {
    let what = match errand {
        Errand::Look => return html! {},
        Errand::SignIn(_) => return signing_in(page),
        Errand::Merge => "Copying everything as it is, then merging.",
        Errand::Connect(_) => "Connecting.",
        Errand::Undo => "Going back to how everything was before the first merge.",
        Errand::SignOut { .. } => "Signing out.",
        Errand::Revoke(_) => "Ending the sign-in of that device.",
        Errand::RevokeOthers => "Ending every other sign-in.",
    };
    html! { p.box role="status" { (what) } }
}

/// A sign-in that waits for its owner. The system may have no browser to open, or opens
/// the wrong one.
fn signing_in(page: Option<&str>) -> Markup {
    html! {
        div.box role="status" {
            p { "Waiting for you to sign in, in the window that has opened." }
            @if let Some(page) = page {
                p { "If none has: " a href=(page) target="_blank" rel="noreferrer" {
                    "open the page for signing in"
                } }
            }
            div.bar { button.btn data-post="/account/stop" { "Cancel" } }
        }
    }
}

fn came_to(came: &Came) -> Markup {
    match came {
        Err(why) => html! {
            p.box.box--err role="alert" {
                (why.told())
                @if matches!(**why, ClientError::LacksSecrets { .. }) {
                    ". " a href="/connect" { "Type it on the Connect page" } "."
                }
            }
        },
        Ok(done) => match &**done {
            Done::SignedIn(it) => match &it.first {
                Some(FirstMerge { merged: Some(it), .. }) => parts::merged(it),
                Some(FirstMerge { review, merged: None }) => {
                    let who = driftline_client::account::who(&it.person, it.login.as_deref());
                    let with = html! {
                        "You are signed in as " strong { (who) } ". A merge with this account"
                    };
                    parts::review(review, &with, "/account/merge")
                }
                None => html! {},
            },
            _ => html! {},
        },
    }
}

fn signed_in(request: &Request<'_>, remote: &str, who: &Overview) -> Markup {
    let name = who.name.as_deref().unwrap_or(&who.person);
    let unsent = who.unsent.meant();
    html! {
        div.head {
            @if who.picture.is_some() {
                img.avatar data-src="/avatar" alt="" width="40" height="40";
            }
            h2 { (name) }
        }
        dl.facts {
            div { dt { "Signed in to" } dd { (remote) } }
            div { dt { "Signed in as" } dd { (driftline_client::account::who(&who.person, who.login.as_deref())) } }
            div { dt { "Sign-in kept in" } dd { (who.sign_in_kept_in) } }
            div { dt { "Whose rows" } dd {
                (who.bound_to.as_deref().unwrap_or("nobody's yet: nothing was merged"))
            } }
            div { dt { "Not sent" } dd { (count_of(unsent, "change", "changes"))
                @if who.unsent.excluded > 0 { ", and " (grouped(who.unsent.excluded)) " that you keep here" }
                @if who.unsent.held > 0 { ", and " (grouped(who.unsent.held)) " held until you decide" }
            } }
        }
        @if who.bound_to.is_none() {
            div.bar {
                button.btn.btn--main data-post={ "/account/sign-in/" (who.provider) } {
                    "Look what a merge would do"
                }
            }
        }
        (devices(request, who))
        h2 { "Sign out" }
        p { "Everything that is here stays here."
            @if unsent > 0 { " " (count_of(unsent, "change was", "changes were")) " not sent yet." } }
        div.bar {
            @if unsent > 0 {
                button.btn data-post="/account/sign-out/send" { "Send, then sign out" }
                button.btn data-post="/account/sign-out/keep" { "Sign out, send it later" }
            } @else {
                button.btn data-post="/account/sign-out/keep" { "Sign out" }
            }
        }
    }
}

fn devices(request: &Request<'_>, who: &Overview) -> Markup {
    html! {
        h2 { "Devices" }
        @match &who.devices {
            None => p.muted { "Not known now: " (who.unreachable.as_deref().unwrap_or_default()) },
            Some(devices) if devices.is_empty() => p.muted { "None has synced yet." },
            Some(devices) => {
                ul.list { @for it in devices { (device(request, it)) } }
                @if devices.iter().any(|it| it.signed_in && !it.is_this) {
                    div.bar {
                        button.btn data-post="/account/revoke-others" { "Sign out all others" }
                    }
                }
            }
        }
    }
}

fn device(request: &Request<'_>, it: &Listed) -> Markup {
    let name = match it.known {
        true => it.name.as_deref().unwrap_or("A device"),
        false => "A sign-in that never said which device it is of",
    };
    html! {
        li.row data-row data-key=(it.device) {
            div.row-main {
                (name) " "
                @if it.is_this { span.chip { "this one" } }
                @if !it.signed_in { span.chip { "signed out" } }
                div.hint { code { (it.device) } ", last here " (ago(it.last_contact_at, request.now)) }
            }
            @if !it.is_this && it.signed_in {
                button.btn data-post={ "/account/revoke/" (it.device) }
                    aria-label={ "Sign out " (name) } { "Sign out" }
            }
        }
    }
}

fn signed_out(account: &Standing, remote: &str, why: &str) -> Markup {
    html! {
        p { (why) "." }
        p { "Sign in to " (remote) ". Nothing is sent before you have seen what a merge would do." }
        div.bar {
            @for (name, title) in &account.providers {
                button.btn.btn--main data-post={ "/account/sign-in/" (name) } {
                    "Sign in with " (title)
                }
            }
        }
    }
}
