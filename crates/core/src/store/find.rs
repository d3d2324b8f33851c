//! Questions that a store answers by itself: which rows match, and in which order.

use std::borrow::Cow;

use serde_json::Value;

use crate::Id;

/// Which rows [`ReadRows::find`](super::ReadRows::find) gives, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Fields and the value each must have; null for none.
    pub equal: Vec<(Cow<'static, str>, Value)>,
    /// Fields and a value that each must not have. A field without a value has no other
    /// either, so a yes-or-no field that nobody set is among those that are not "yes". A
    /// reference is compared as it is written.
    pub unless: Vec<(Cow<'static, str>, Value)>,
    /// Fields and the value each must have if it has any: what is at its type's default may
    /// never have been written.
    pub unset_or: Vec<(Cow<'static, str>, Value)>,
    /// Whether rows marked as deleted are among them, or only they.
    pub deleted: Deleted,
    /// The field to sort by (nulls first, then by id); by id if none.
    pub order: Option<Cow<'static, str>>,
    /// Greatest first.
    pub descending: bool,
    /// How many to pass over.
    pub offset: usize,
    /// How many at most.
    pub limit: Option<usize>,
}

impl Find {
    /// Every row that is not deleted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only rows with this value; null for none.
    #[must_use]
    pub fn equal(mut self, field: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.equal.push((field.into(), value.into()));
        self
    }

    /// Only rows without this value.
    #[must_use]
    pub fn unless(mut self, field: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.unless.push((field.into(), value.into()));
        self
    }

    /// Only rows with this value or none.
    #[must_use]
    pub fn unset_or(
        mut self,
        field: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> Self {
        self.unset_or.push((field.into(), value.into()));
        self
    }

    /// The fields that rows are chosen by, each with its value.
    pub fn conditions(&self) -> impl Iterator<Item = &(Cow<'static, str>, Value)> {
        self.equal.iter().chain(&self.unless).chain(&self.unset_or)
    }

    /// Only rows that refer to this one.
    #[must_use]
    pub fn refers(self, field: impl Into<Cow<'static, str>>, id: Id) -> Self {
        self.equal(field, String::from(id))
    }

    /// Smallest first.
    #[must_use]
    pub fn ascending(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self { order: Some(field.into()), descending: false, ..self }
    }

    /// Greatest first.
    #[must_use]
    pub fn descending(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self { order: Some(field.into()), descending: true, ..self }
    }

    /// At most so many.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Only, also, or no deleted rows.
    #[must_use]
    pub fn deleted(self, deleted: Deleted) -> Self {
        Self { deleted, ..self }
    }
}

/// How deleted rows are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// Left out.
    #[default]
    Hidden,
    /// Only these.
    Only,
    /// Among the others.
    Included,
}
