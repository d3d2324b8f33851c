//! Rows by the name of their entity: ids and values as people type them, and rows as
//! people and programs read them.

mod show;
mod value;

use anyhow::Result;
use driftline_core::{EntityDescriptor, Id, Replica};
pub(crate) use driftline_inspect::ids::short as short_id;

pub(crate) use self::{
    show::{columns, lines, object},
    value::{condition, values},
};
use crate::context::{Context, Device};

/// The row of `entity` whose id starts with `typed`, deleted or not.
pub(crate) fn find_id(replica: &Replica, entity: &EntityDescriptor, typed: &str) -> Result<Id> {
    Ok(driftline_inspect::ids::find_in(replica, entity, typed)?)
}

/// The entity and the id of the row that somebody means by `words`: the start of its id,
/// or its entity and the start of its id.
pub(crate) fn named(
    context: &Context<'_>,
    device: &Device,
    words: &[String],
) -> Result<(String, Id)> {
    let replica = &device.replica;
    match words {
        [entity, typed] => {
            let entity = context.schema.entity(entity)?;
            Ok((entity.name.to_owned(), find_id(replica, entity, typed)?))
        }
        _ => Ok(driftline_inspect::ids::find(replica, words.first().map_or("", String::as_str))?),
    }
}
