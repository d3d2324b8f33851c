//! What a person can do, one file for what belongs together, and the table of it.

mod account;
mod comment;
mod conflicts;
mod connect;
mod entity;
mod held;
mod inbox;
mod program;
mod session;
mod sessions;
mod workspaces;

use crate::{Form, Outcome, Request, Result};

/// What a person can do.
pub(crate) struct Action {
    /// Its address below `/action`, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// Does it.
    pub(crate) run: fn(&Request<'_>, &Form) -> Result<Outcome>,
}

/// Every action.
pub(crate) static ACTIONS: &[Action] = &[
    Action { path: "/account/merge", run: account::merge },
    Action { path: "/account/revoke/{device}", run: account::revoke },
    Action { path: "/account/revoke-others", run: account::revoke_others },
    Action { path: "/account/sign-in/{provider}", run: account::sign_in },
    Action { path: "/account/sign-out/{what}", run: account::sign_out },
    Action { path: "/account/stop", run: account::stop },
    Action { path: "/account/undo", run: account::undo },
    Action { path: "/comments", run: comment::create },
    Action { path: "/comments/{id}/delete", run: comment::delete },
    Action { path: "/comments/{id}/reopen", run: comment::reopen },
    Action { path: "/comments/{id}/resolve", run: comment::resolve },
    Action { path: "/comments/{id}/restore", run: comment::restore },
    Action { path: "/connect/agree", run: connect::agree },
    Action { path: "/connect/key-kept", run: connect::key_kept },
    Action { path: "/connect/merge", run: connect::look },
    Action { path: "/connect/none", run: connect::disconnect },
    Action { path: "/connect/stop", run: connect::stop },
    Action { path: "/connect/{backend}", run: connect::connect },
    Action { path: "/connect/{backend}/test", run: connect::test },
    Action { path: "/m/{id}/copy", run: session::copy_message },
    Action { path: "/s/{id}/archive", run: session::archive },
    Action { path: "/s/{id}/copy", run: session::copy },
    Action { path: "/s/{id}/delete", run: session::delete },
    Action { path: "/s/{id}/pin", run: session::pin },
    Action { path: "/s/{id}/read", run: session::read },
    Action { path: "/s/{id}/rename", run: session::rename },
    Action { path: "/s/{id}/restore", run: session::restore },
    Action { path: "/s/{id}/resume", run: session::resume },
    Action { path: "/conflicts/{log_id}/restore", run: conflicts::restore },
    Action { path: "/e/{entity}", run: entity::create },
    Action { path: "/e/{entity}/{id}", run: entity::update },
    Action { path: "/e/{entity}/{id}/delete", run: entity::delete },
    Action { path: "/e/{entity}/{id}/restore", run: entity::restore },
    Action { path: "/backup", run: program::backup },
    Action { path: "/empty-trash/{days}", run: entity::empty },
    Action { path: "/demo", run: program::demo },
    Action { path: "/exclude", run: program::exclude },
    Action { path: "/exclude/remove", run: program::include },
    Action { path: "/export", run: program::export },
    Action { path: "/folds/{entity}/{id}/rejoin", run: conflicts::rejoin },
    Action { path: "/folds/{entity}/{id}/split", run: conflicts::split },
    Action { path: "/held/{entity}/{id}/{choice}", run: held::choose },
    Action { path: "/import", run: program::import },
    Action { path: "/inbox", run: inbox::add },
    Action { path: "/inbox/read-all", run: inbox::read_all },
    Action { path: "/inbox/{id}/open", run: inbox::open },
    Action { path: "/inbox/{id}/{mark}", run: inbox::mark },
    Action { path: "/purge/{entity}/{id}", run: entity::purge },
    Action { path: "/trash/{entity}/{id}", run: entity::restore_here },
    Action { path: "/trash/{entity}/{id}/delete", run: entity::delete_here },
    Action { path: "/workspaces/{id}", run: workspaces::save },
    Action { path: "/workspaces/{id}/{turn}", run: workspaces::turn },
    Action { path: "/sessions/mark", run: sessions::mark },
    Action { path: "/sync", run: program::sync },
    Action { path: "/sync/pause", run: program::pause },
    Action { path: "/sync/resume", run: program::resume },
    Action { path: "/sync/retry", run: program::retry },
];
