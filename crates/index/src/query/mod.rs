//! What somebody typed, taken apart: the same in a search, in the filter of a list and on
//! a command line. It knows no index.

mod grammar;
mod misread;
mod parts;
mod terms;
mod time;

pub(crate) use self::terms::{Key, Narrow, Term};
pub use self::{
    misread::Misread,
    terms::{KEYS, Query, ROLES, STATES},
    time::Clock,
};
