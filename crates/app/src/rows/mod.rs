//! Rows by the name of their entity: ids and values as people type them, and rows as
//! people and programs read them.

mod id;
mod show;
mod value;

pub(crate) use self::{
    id::{find_any, find_id, short_id},
    show::{columns, lines, object},
    value::{condition, values},
};
