//! Connecting with a remote: which there are, what each asks for, and what a first merge would
//! do before anybody agrees to it.

use driftline_client::{
    Errand, Standing, connect,
    errand::{Came, Done},
    first_merge::FirstMerge,
};
use driftline_core::{BackendPlugin, ExposeSecret as _};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, label},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let standing = request.profile.connecting();
    let remote = request.profile.remote_in_use()?;
    let main = html! {
        h1 { "Connect" }
        (now(remote.as_ref()))
        @if let Some(words) = &standing.key { (parts::new_key(words.expose_secret())) }
        @if let Some(Errand::Connect(_)) = &standing.running { (under_way()) }
        @if let Some((Errand::Connect(_), came)) = &standing.done { (came_to(came)) }
        @for plugin in connect::backends() { (backend(plugin, remote.as_ref(), &standing)) }
    };
    Ok(Fragment::new("Connect", main).live(&["@status"]))
}

/// What the profile syncs with: the name of the backend, and what people call the remote.
type InUse = (&'static str, String);

fn now(remote: Option<&InUse>) -> Markup {
    html! {
        @match remote {
            None => p { "Everything is on this device alone. A remote carries it to your others; \
                it is yours, and nothing is sent before you have seen what a merge would do." },
            Some((_, name)) => {
                p { "Connected with " strong { (name) } "." }
                div.bar {
                    button.btn data-post="/connect/merge" { "Look what a merge would do" }
                    button.btn data-post="/connect/none" { "Disconnect" }
                }
                p.muted { "Disconnecting keeps everything, here and there. To move to another \
                    remote, connect with that: everything that is here goes along." }
            },
        }
    }
}

fn under_way() -> Markup {
    html! {
        div.box role="status" {
            p { "Trying the place, then looking what is there." }
            div.bar { button.btn data-post="/connect/stop" { "Cancel" } }
        }
    }
}

fn came_to(came: &Came) -> Markup {
    let done = match came {
        Err(why) => return html! { p.box.box--err role="alert" { (why.told()) } },
        Ok(done) => done,
    };
    let Done::Connected(it) = &**done else { return html! {} };
    let remote = it.remote.as_deref().unwrap_or_default();
    html! {
        @if let Some(ms) = it.round_trip {
            p.box role="status" { (remote) " works. A call takes " (ms) " ms." }
        }
        @match it.first_merge() {
            Some(FirstMerge { merged: Some(it), .. }) => (parts::merged(it)),
            Some(FirstMerge { review, merged: None }) => {
                @let with = html! { "A merge with " strong { (remote) } };
                (parts::review(review, &with, "/connect/agree"))
            },
            None if it.is_new => p.box role="status" { "Nothing has begun there yet." },
            None => {},
        }
    }
}

fn backend(plugin: &BackendPlugin, remote: Option<&InUse>, standing: &Standing) -> Markup {
    let (name, id) = (plugin.name, format!("b-{}", plugin.name));
    let is_open = remote.is_some_and(|it| it.0 == name);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (label(name)) @if is_open { " " span.chip { "in use" } } }
            p { (plugin.doc) "." }
            form.form data-post={ "/connect/" (name) } novalidate {
                p.form-error role="alert" tabindex="-1" data-error="" hidden {}
                @for (index, (key, what)) in plugin.settings.iter().enumerate() {
                    (field(name, key, what, false, index == 0))
                }
                @for (key, what) in plugin.secrets { (field(name, key, what, true, false)) }
                div.bar {
                    button.btn.btn--main type="submit" disabled[standing.running.is_some()] {
                        @if plugin.sign_in.is_some() { "Choose, then sign in" }
                        @else { "Test, then look what a merge would do" }
                    }
                    @if plugin.sign_in.is_none() {
                        button.btn type="submit" data-post={ "/connect/" (name) "/test" }
                            disabled[standing.running.is_some()] { "Test only" }
                    }
                }
            }
        }
    }
}

fn field(backend: &str, key: &str, what: &str, is_secret: bool, is_needed: bool) -> Markup {
    let id = format!("c-{backend}-{key}");
    let (help, error) = (format!("d-{backend}-{key}"), format!("e-{backend}-{key}"));
    let described = format!("{help} {error}");
    let kind = if is_secret { "password" } else { "text" };
    html! {
        div.field {
            label for=(id) { (label(key)) }
            input type=(kind) id=(id) name=(key) autocomplete="off" spellcheck="false"
                required[is_needed] aria-describedby=(described);
            p.hint id=(help) { (what) @if is_secret { ". Leave it empty if it is kept here already" } "." }
            p.field-error id=(error) data-error=(key) hidden {}
        }
    }
}
