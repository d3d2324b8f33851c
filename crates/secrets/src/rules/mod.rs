//! The rules. What says more comes first: a text that several match counts for the first.

mod ai;
mod cloud;
mod code;
mod general;
mod services;

use crate::rule::Rule;

/// Every rule, in order.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [ai::RULES, cloud::RULES, code::RULES, services::RULES, general::RULES].into_iter().flatten()
}
