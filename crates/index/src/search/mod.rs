//! Searching: what was found, newest first, or the best of the newest thousand, by
//! session.

mod answer;
mod hit;
mod plan;
mod snippet;

pub use self::{
    answer::{Facet, Facets, Found, Group, Options, Sort},
    hit::Hit,
    snippet::{Part, Snippet},
};
