//! What a person does with a workspace.

use driftline_core::{SyncEntity as _, Value, Values};
use driftline_entities::workspaces::Workspace;
use driftline_reading::workspaces::detail;

use crate::{Error, Form, Outcome, Post, Request, Result};

/// Names it, and says where it is on this device.
pub(super) fn save(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let before = detail(request.replica, request.id("id")?)?.workspace;
    let mut values = Values::new();
    for (field, before) in [("name", before.name.as_ref()), ("here", before.here.first())] {
        let value = form.text(field);
        // A field that nobody touched must not win over an edit of it elsewhere.
        if before.map(String::as_str) != value {
            values.insert(field.to_owned(), value.map_or(Value::Null, Value::from));
        }
    }
    if values.is_empty() {
        return Ok(Outcome::done());
    }
    request.replica.update_values(Workspace::NAME, before.id, &values)?;
    Ok(Outcome::toast("Saved."))
}

/// Pins it, archives it, or takes that back.
pub(super) fn turn(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let (field, value, undo, said) = match request.part("turn") {
        "pin" => ("pinned", true, "unpin", "Pinned."),
        "unpin" => ("pinned", false, "pin", "No longer pinned."),
        "archive" => ("archived", true, "unarchive", "Archived."),
        "unarchive" => ("archived", false, "archive", "Taken out again."),
        other => {
            let what = driftline_core::excerpt(other);
            return Err(Error::NotFound(format!("nothing is done to a workspace by `{what}`")));
        }
    };
    let values = Values::from([(field.to_owned(), Value::from(value))]);
    for row in detail(request.replica, id)?.workspace.rows {
        request.replica.update_values(Workspace::NAME, row, &values)?;
    }
    Ok(Outcome::toast(said).undo(Post::to(format!("/workspaces/{id}/{undo}"))))
}
