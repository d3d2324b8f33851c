//! What a rule is, and the two kinds of them.

/// One kind of secret.
#[derive(Debug)]
pub struct Rule {
    /// Its name, the same in every output.
    pub id: &'static str,
    /// What it finds, for a person.
    pub doc: &'static str,
    /// Texts without any of these, in either case, are not looked at.
    pub(crate) words: &'static [&'static str],
    /// The secret, or its first group.
    pub(crate) pattern: &'static str,
    /// What else has to hold.
    pub(crate) proof: Proof,
}

/// What a match has to be besides a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing: the form says it all.
    Form,
    /// Not made of words: other things have this form, too.
    Random,
}

/// A rule whose form no other text has.
pub(crate) const fn form(
    id: &'static str,
    doc: &'static str,
    words: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, doc, words, pattern, proof: Proof::Form }
}

/// A rule whose form others have, so that what it finds must look random, too.
pub(crate) const fn random(
    id: &'static str,
    doc: &'static str,
    words: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, doc, words, pattern, proof: Proof::Random }
}
