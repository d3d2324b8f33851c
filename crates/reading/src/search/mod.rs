//! Searching: what somebody typed, taken apart ([`Query`]), and what was found
//! ([`Found`]): newest first, or the best of the newest thousand, by session.

mod answer;
mod fold;
mod grammar;
mod hit;
mod misread;
mod plan;
mod scope;
mod snippet;
mod time;

pub use self::{
    answer::{Facet, Facets, Found, Group, Options, Sort},
    grammar::{KEYS, Query, ROLES, STATES},
    hit::Hit,
    misread::Misread,
    scope::Scope,
    snippet::{Part, Snippet},
    time::Clock,
};
pub(crate) use self::{
    fold::{fold, spread},
    grammar::{Key, Narrow},
    plan::{Problem, Sessions, UNREAD},
};
