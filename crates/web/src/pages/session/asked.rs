//! The session that an address names, deleted or not.

use driftline_core::{Id, SyncEntity as _, view::View};
use driftline_entities::sessions::Session;
use driftline_text as text;

use crate::{Error, Request, Result};

/// A session that is asked for.
pub(super) enum Found {
    Shown(Id, Box<Session>),
    Deleted(Id, String),
}

/// The session that `id` stands for.
pub(super) fn session(request: &Request<'_>, id: Id) -> Result<Found> {
    if let Some(entry) = request.replica.get::<Session>(id)? {
        return Ok(Found::Shown(entry.id, Box::new(entry.value)));
    }
    let entity = request.replica.schema().entity(Session::NAME)?;
    let row: Option<View> =
        request.replica.read(|tx| driftline_core::view::view(tx, entity, id))?;
    let Some(row) = row else {
        return Err(Error::NotFound(format!("no session has the id {id}")));
    };
    let name = row.value("name").and_then(|it| it.as_str()).unwrap_or("Session without a name");
    Ok(Found::Deleted(row.id, text::one_line(name)))
}
