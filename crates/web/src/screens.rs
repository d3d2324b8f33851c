//! Where rows of an entity are listed and shown. Some have screens that were made for them,
//! all others the generic pages. Pages and actions lead to each other by this; a test of the
//! table of pages sees that the screens are there.

use driftline_core::{EntityDescriptor, Id};

/// The screens of an entity. What is missing is done by the generic page.
pub(crate) struct Screen {
    entity: &'static str,
    /// The address of the list.
    pub(crate) list: Option<&'static str>,
    /// The address of a row, without its id.
    pub(crate) row: Option<&'static str>,
}

/// Entities that screens were made for. The navigation lists all others.
pub(crate) const SCREENS: [Screen; 5] = [
    Screen { entity: "sessions", list: Some("/sessions"), row: Some("/s/") },
    Screen { entity: "messages", list: None, row: Some("/m/") },
    Screen { entity: "workspaces", list: Some("/workspaces"), row: Some("/workspaces/") },
    Screen { entity: "inbox", list: Some("/inbox"), row: None },
    // They are read beside what they are about, so the navigation leaves them out.
    Screen { entity: "comments", list: None, row: None },
];

fn screen(entity: &str) -> Option<&'static Screen> {
    SCREENS.iter().find(|it| it.entity == entity)
}

/// Whether an entity is reached through screens of its own.
pub(crate) fn has_screen(entity: &str) -> bool {
    screen(entity).is_some()
}

/// Where rows of an entity are listed.
pub(crate) fn list_of(entity: &EntityDescriptor) -> String {
    match screen(entity.name).and_then(|it| it.list) {
        Some(list) => list.to_owned(),
        None => format!("/e/{}", entity.name),
    }
}

/// Where a row is shown.
pub fn address_of(entity: &EntityDescriptor, id: Id) -> String {
    match screen(entity.name).and_then(|it| it.row) {
        Some(row) => format!("{row}{id}"),
        None => format!("/e/{}/{id}", entity.name),
    }
}
