//! The rules. What says more comes first: a text that several match counts for the first.

mod ai;
mod cloud;
mod code;
mod general;
mod services;

use crate::{Proof, Rule};

/// Every rule, in order.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [ai::RULES, cloud::RULES, code::RULES, services::RULES, general::RULES].into_iter().flatten()
}

/// A rule whose form no other text has.
const fn form(
    id: &'static str,
    doc: &'static str,
    words: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, doc, words, pattern, proof: Proof::Form }
}

/// A rule whose form others have, so that what it finds must look random, too.
const fn random(
    id: &'static str,
    doc: &'static str,
    words: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, doc, words, pattern, proof: Proof::Random }
}
