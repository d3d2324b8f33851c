//! What a person does with a workspace.

use driftline_core::{Error as CoreError, SyncEntity as _, Value, Values};
use driftline_entities::workspaces::Workspace;

use crate::{Error, Form, Outcome, Post, Request, Result};

/// Names it, and says where it is on this device.
pub(super) fn save(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let before = request.replica.get_values(Workspace::NAME, id)?;
    let entity = Workspace::NAME.to_owned();
    let before = before.ok_or(CoreError::NotFound { entity, id })?;
    let mut values = Values::new();
    for field in ["name", "here"] {
        let value = form.text(field).map_or(Value::Null, Value::from);
        // A field that nobody touched must not win over an edit of it elsewhere.
        if *before.value(field).unwrap_or(&Value::Null) != value {
            values.insert(field.to_owned(), value);
        }
    }
    if values.is_empty() {
        return Ok(Outcome::done());
    }
    request.replica.update_values(Workspace::NAME, id, &values)?;
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
    request.replica.update_values(Workspace::NAME, id, &values)?;
    Ok(Outcome::toast(said).undo(Post::to(format!("/workspaces/{id}/{undo}"))))
}
