//! What somebody typed, taken apart: the same in a search, in the filter of a list and on
//! a command line. It knows no index.

mod grammar;
mod misread;
mod time;

pub(crate) use self::grammar::{Key, Narrow, Term};
pub use self::{
    grammar::{KEYS, Query, ROLES, STATES},
    misread::Misread,
    time::Clock,
};
