//! The app: pages over a person's rows, for a browser on the same machine.
//!
//! Rust renders every page. The browser gets an empty shell and one script, which fetches
//! the contents with the secret of this run in a header: no cookie, no request to any
//! other host, nothing that another site's page could ask for. What a page shows comes
//! from a [`Replica`](driftline_core::Replica) and a
//! [`Reading`](driftline_reading::Reading), what it does with the profile is done by an
//! [`OpenProfile`](driftline_client::OpenProfile); the rest of the program is behind
//! [`Host`].
//!
//! # A page, in a file of its own below `pages/`
//!
//! ```text
//! pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
//!     let id = request.id("id")?;
//!     let comments = request.reading.comments(id)?;
//!     Ok(Fragment::new("Comments", html! {
//!         h1 { "Comments" }
//!         ul.list { @for it in &comments { li.row data-row data-key=(it.id) { (it.body) } } }
//!         button data-post={ "/comments/" (id) "/resolve" } data-k="e" { "Resolve" }
//!     })
//!     .live(&["comments"])) // shown again when one of them changes
//! }
//! ```
//!
//! and one line in `pages::PAGES`: `Page { path: "/comments/{id}", show: comments::show }`. What
//! lists or shows the rows of an entity is named in `screens::SCREENS`, too.
//!
//! # An action, in a file of its own below `actions/`
//!
//! ```text
//! pub(super) fn resolve(request: &Request<'_>, form: &Form) -> Result<Outcome> {
//!     let id = request.id("id")?;
//!     request.replica.update::<Comment>(id, |it| it.resolved_at = Some(request.now.into()))?;
//!     let undo = Post::to(format!("/comments/{id}/reopen"));
//!     Ok(Outcome::toast("Resolved.").undo(undo)) // the page is shown again by itself
//! }
//! ```
//!
//! and one line in `actions::ACTIONS`. The tests of the guard read these tables: what is
//! added is covered by itself. What the script knows to do with attributes
//! (`data-post`, `data-k`, `data-row`, `data-src` ...) is listed in `assets/attributes.md`.

// Named so that they are linked: what is not linked does not register itself.
use driftline_entities as _;

mod actions;
mod answer;
mod app;
mod assets;
mod compress;
mod crowd;
mod door;
mod entity;
mod error;
mod follow;
mod form;
mod fragment;
mod guard;
mod host;
mod key;
mod keys;
mod live;
mod outcome;
mod pages;
mod parts;
mod patient;
mod query;
mod request;
mod resume;
mod routes;
mod screens;
mod server;
mod shell;
mod standing;
mod watch;

pub use self::{
    app::Traded,
    assets::{script, style},
    door::knock,
    error::{Error, Result},
    form::Form,
    fragment::{Download, Fragment},
    host::Host,
    outcome::{Outcome, Post},
    request::Request,
    routes::{Route, routes},
    screens::address_of,
    server::{Door, Options, Server},
};
