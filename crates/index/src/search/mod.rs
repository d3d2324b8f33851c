//! Searching: what was found, newest first, or the best of the newest thousand, by
//! session.

mod answer;
mod facets;
mod hit;
mod plan;
mod rate;
mod snippet;

pub use self::{
    answer::{Found, Group, Options, Sort},
    facets::{Facet, Facets},
    hit::Hit,
    snippet::{Part, Snippet},
};
