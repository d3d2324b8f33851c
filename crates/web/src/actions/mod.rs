//! What a person can do, one file for what belongs together, and the table of it.

mod entity;
mod program;
mod sessions;

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
    Action { path: "/e/{entity}", run: entity::create },
    Action { path: "/e/{entity}/{id}", run: entity::update },
    Action { path: "/e/{entity}/{id}/delete", run: entity::delete },
    Action { path: "/e/{entity}/{id}/restore", run: entity::restore },
    Action { path: "/import", run: program::import },
    Action { path: "/sessions/mark", run: sessions::mark },
];
