//! What is wrong with a search, and where.

use std::fmt;

/// A search that cannot be understood: where, why, and what is understood instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The whole search.
    pub query: String,
    /// Where the part in question begins, in letters.
    pub at: usize,
    /// How long it is, in letters.
    pub length: usize,
    /// What is wrong with it.
    pub reason: String,
    /// What could stand there.
    pub accepted: Vec<String>,
}

impl Misread {
    /// The part of `query` at these bytes is wrong.
    pub(crate) fn new(
        query: &str,
        place: std::ops::Range<usize>,
        reason: impl Into<String>,
        accepted: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let letters = |end: usize| query.get(..end).map_or(0, |it| it.chars().count());
        let at = letters(place.start);
        Self {
            query: query.to_owned(),
            at,
            length: letters(place.end).saturating_sub(at).max(1),
            reason: reason.into(),
            accepted: accepted.into_iter().map(Into::into).collect(),
        }
    }

    /// The part in question.
    pub fn part(&self) -> String {
        self.query.chars().skip(self.at).take(self.length).collect()
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (letter {} of the search)", self.reason, self.at + 1)?;
        if !self.accepted.is_empty() {
            write!(f, "; accepted: {}", self.accepted.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Misread {}
