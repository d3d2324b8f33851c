//! The pages, one file each, and the tables of what can be looked at.

mod account;
mod conflicts;
mod connect;
mod empty;
mod entity;
mod held;
mod help;
mod home;
mod inbox;
mod purge;
mod search;
mod session;
mod sessions;
mod settings;
mod sync;
mod trash;
mod why;
mod workspaces;

use crate::{Download, Fragment, Request, Result};

/// What a person can look at.
pub(crate) struct Page {
    /// Its address, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// Renders it.
    pub(crate) show: fn(&Request<'_>) -> Result<Fragment>,
}

/// What is no page: an image, a text in full, a file to save.
pub(crate) struct File {
    /// Its address below `/file`, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// Reads it.
    pub(crate) serve: fn(&Request<'_>) -> Result<Download>,
}

/// Every page.
pub(crate) static PAGES: &[Page] = &[
    Page { path: "/", show: home::show },
    Page { path: "/account", show: account::show },
    Page { path: "/conflicts", show: conflicts::show },
    Page { path: "/connect", show: connect::show },
    Page { path: "/e/{entity}", show: entity::list },
    Page { path: "/e/{entity}/new", show: entity::new },
    Page { path: "/e/{entity}/{id}", show: entity::detail },
    Page { path: "/e/{entity}/{id}/edit", show: entity::edit },
    Page { path: "/help", show: help::show },
    Page { path: "/m/{id}", show: session::permalink },
    Page { path: "/m/{id}/raw", show: session::raw },
    Page { path: "/s/{id}", show: session::show },
    Page { path: "/s/{id}/find", show: session::find },
    Page { path: "/s/{id}/inside/{message}", show: session::inside },
    Page { path: "/inbox", show: inbox::show },
    Page { path: "/purge/{entity}/{id}", show: purge::show },
    Page { path: "/search", show: search::show },
    Page { path: "/sessions", show: sessions::show },
    Page { path: "/settings", show: settings::show },
    Page { path: "/sync", show: sync::show },
    Page { path: "/trash", show: trash::show },
    Page { path: "/trash/empty", show: empty::show },
    Page { path: "/why/{id}", show: why::show },
    Page { path: "/workspaces", show: workspaces::list },
    Page { path: "/workspaces/{id}", show: workspaces::show },
];

/// Every file.
pub(crate) static FILES: &[File] = &[
    File { path: "/avatar", serve: account::picture },
    File { path: "/e/{entity}/{id}/{field}", serve: entity::field },
    File { path: "/m/{id}/answer/{index}", serve: session::answer },
    File { path: "/m/{id}/image/{index}", serve: session::image },
    File { path: "/m/{id}/text", serve: session::whole },
    File { path: "/s/{id}/export.json", serve: session::json },
    File { path: "/s/{id}/export.md", serve: session::markdown },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::SCREENS;

    #[test]
    fn every_screen_is_a_page() {
        let lists = SCREENS.iter().filter_map(|it| it.list.map(str::to_owned));
        let rows = SCREENS.iter().filter_map(|it| Some(format!("{}{{id}}", it.row?)));
        for path in lists.chain(rows) {
            assert!(PAGES.iter().any(|it| it.path == path), "{path}");
        }
    }
}
