//! Which rows, in which order, and how many of them.

use std::marker::PhantomData;

use driftline_core::{
    Condition, Replica, Result, SyncEntity, TypedField,
    store::{Deleted, Find, ReadTx},
};

use crate::{entry::Entry, registered::check};

/// Rows of `E` to be read: all that are not deleted, oldest first, until it is told
/// otherwise.
#[must_use = "it reads nothing until `all`, `first` or `count`"]
pub struct Query<'a, E> {
    source: Source<'a>,
    find: Find,
    of: PhantomData<fn() -> E>,
}

/// Where rows are read from: a transaction of its own for each read, or one that is open.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Replica(&'a Replica),
    Tx(&'a dyn ReadTx),
}

impl<'a, E: SyncEntity> Query<'a, E> {
    pub(crate) fn of(source: Source<'a>) -> Self {
        Self { source, find: Find::new(), of: PhantomData }
    }

    /// Only rows of which this is true, and what was asked for before.
    pub fn filter(self, condition: Condition<E>) -> Self {
        self.with(|find| condition.narrow(find))
    }

    /// What was made last comes first.
    pub fn newest_first(self) -> Self {
        self.with(|find| Find { order: None, descending: true, ..find })
    }

    /// The smallest value of `field` comes first; rows without one come before all others.
    pub fn ascending<T>(self, field: TypedField<E, T>) -> Self {
        self.with(|find| find.ascending(field.name()))
    }

    /// The greatest value of `field` comes first; rows without one come last.
    pub fn descending<T>(self, field: TypedField<E, T>) -> Self {
        self.with(|find| find.descending(field.name()))
    }

    /// Passes over so many.
    pub fn offset(self, offset: usize) -> Self {
        self.with(|find| Find { offset, ..find })
    }

    /// At most so many.
    pub fn limit(self, limit: usize) -> Self {
        self.with(|find| find.limit(limit))
    }

    /// Only rows that are deleted, for a list of what can be restored.
    pub fn deleted(self) -> Self {
        self.with(|find| find.deleted(Deleted::Only))
    }

    /// The rows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<Entry<E>>> {
        let rows = self.run(|rows| rows.entries(&self.find))?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }

    /// The first of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn first(&self) -> Result<Option<Entry<E>>> {
        Ok(self.clone().limit(1).all()?.pop())
    }

    /// How many there are, whatever the limit.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count(&self) -> Result<u64> {
        self.run(|rows| rows.count_values(E::NAME, &self.find))
    }

    fn with(self, change: impl FnOnce(Find) -> Find) -> Self {
        Self { find: change(self.find), ..self }
    }

    fn run<T>(&self, read: impl FnOnce(&dyn ReadTx) -> Result<T>) -> Result<T> {
        let read = |rows: &dyn ReadTx| {
            check::<E>(rows.schema())?;
            read(rows)
        };
        match self.source {
            Source::Replica(replica) => replica.read(read),
            Source::Tx(rows) => read(rows),
        }
    }
}

impl<E> Clone for Query<'_, E> {
    fn clone(&self) -> Self {
        Self { source: self.source, find: self.find.clone(), of: PhantomData }
    }
}
