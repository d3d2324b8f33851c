//! Writing rows of any entity.

use driftline_client::purge::{plan, trash};
use driftline_core::{EntityDescriptor, Error as CoreError, Input, Refusal, Value};

use crate::{
    Error, Form, Outcome, Post, Request, Result,
    entity::values,
    parts::count_of,
    screens::{address_of, list_of},
};

fn entity(request: &Request<'_>) -> Result<&'static EntityDescriptor> {
    Ok(request.replica.schema().entity(request.part("entity"))?)
}

/// Creates a row.
pub(super) fn create(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let entity = entity(request)?;
    let mut values = match values(entity, form, request.zone) {
        Ok(values) => values,
        Err(wrong) => return Ok(Outcome::wrong(wrong)),
    };
    // What has no value, or the one that all begin with, was not given.
    values.retain(|_, value| !value.is_null() && *value != Value::Bool(false));
    match request.replica.create_values(entity.name, &values) {
        Ok(id) => Ok(Outcome::toast("Created.").and_go(format!("/e/{}/{id}", entity.name))),
        Err(error) => refused(entity, error),
    }
}

/// Writes the fields that a form changed.
pub(super) fn update(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    let mut values = match values(entity, form, request.zone) {
        Ok(values) => values,
        Err(wrong) => return Ok(Outcome::wrong(wrong)),
    };
    let before = request.replica.get_values(entity.name, id)?;
    let before = before.ok_or_else(|| CoreError::NotFound { entity: entity.name.into(), id })?;
    // A field that nobody touched must not win over an edit of it elsewhere.
    values.retain(|name, value| match before.value(name) {
        Some(old) => old != value,
        None => !value.is_null() && *value != Value::Bool(false),
    });
    let back = format!("/e/{}/{id}", entity.name);
    if values.is_empty() {
        return Ok(Outcome::go(back));
    }
    match request.replica.update_values(entity.name, id, &values) {
        Ok(()) => Ok(Outcome::toast("Saved.").and_go(back)),
        Err(error) => refused(entity, error),
    }
}

/// What the rows refuse is said next to the field that it is about.
fn refused(entity: &EntityDescriptor, error: CoreError) -> Result<Outcome> {
    let field = match &error {
        CoreError::Refused { why: Refusal::KeyTaken { .. }, .. } => {
            entity.natural_key.first().copied().unwrap_or_default()
        }
        CoreError::Invalid { what: Input::Value, .. } => "",
        _ => return Err(error.into()),
    };
    Ok(Outcome::wrong_field(field, error.to_string()))
}

/// Hides a row everywhere.
pub(super) fn delete(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    request.replica.set_deleted(entity.name, id, true)?;
    let undo = Post::to(format!("/e/{}/{id}/restore", entity.name));
    Ok(Outcome::toast("Deleted.").undo(undo).and_go(list_of(entity)))
}

/// Takes a row away for good, everywhere.
pub(super) fn purge(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    let planned = plan(request.replica, entity.name, id)?;
    let rows = request.profile.purge(&planned)?;
    let said = format!("Purged {}.", count_of(rows, "row", "rows"));
    Ok(Outcome::toast(said).and_go(list_of(entity)))
}

/// Takes away for good what was deleted so many days ago.
pub(super) fn empty(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let days = request.part("days").parse().map_err(|_| {
        let days = driftline_core::excerpt(request.part("days"));
        Error::NotFound(format!("`{days}` is no number of days"))
    })?;
    let rows = request.profile.empty(&trash(request.replica, days)?)?;
    let said = format!("Purged {}.", count_of(rows, "row", "rows"));
    Ok(Outcome::toast(said).and_go("/trash"))
}

/// Hides a row again, and stays where it was listed.
pub(super) fn delete_here(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    request.replica.set_deleted(entity.name, id, true)?;
    Ok(Outcome::toast("Deleted.").undo(Post::to(format!("/trash/{}/{id}", entity.name))))
}

/// Brings a row back, and stays where it was listed.
pub(super) fn restore_here(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    request.replica.set_deleted(entity.name, id, false)?;
    let undo = Post::to(format!("/trash/{}/{id}/delete", entity.name));
    Ok(Outcome::toast("Restored.").undo(undo))
}

/// Brings a row back.
pub(super) fn restore(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    request.replica.set_deleted(entity.name, id, false)?;
    Ok(Outcome::toast("Restored.").and_go(address_of(entity, id)))
}
