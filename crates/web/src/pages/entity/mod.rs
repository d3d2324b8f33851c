//! The pages that every entity has without a line of its own: a list, a row, and a form,
//! all from what the entity says of itself.

mod detail;
mod filter;
mod form;
mod list;

use driftline_core::EntityDescriptor;

pub(super) use self::{
    detail::{field, show as detail},
    form::{edit, new},
    list::show as list,
};
use crate::{Request, Result};

fn entity(request: &Request<'_>) -> Result<&'static EntityDescriptor> {
    Ok(request.replica.schema().entity(request.part("entity"))?)
}
