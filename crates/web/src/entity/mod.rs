//! Values of any entity, as people read and type them.

mod name;
mod typed;
mod value;

pub(crate) use self::{
    name::{name_of, named_by, naming},
    typed::values,
    value::{as_typed, brief, in_full},
};
