//! A row as reads return it.

use std::ops::{Deref, DerefMut};

use driftline_core::{self as core, Id};

/// A row: its id and its values, which can be used as if it were they.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<E> {
    /// The id that stands for it.
    pub id: Id<E>,
    /// Its values.
    pub value: E,
}

impl<E> Deref for Entry<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.value
    }
}

impl<E> DerefMut for Entry<E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.value
    }
}

impl<E> From<core::Entry<E>> for Entry<E> {
    fn from(core::Entry { id, value }: core::Entry<E>) -> Self {
        Self { id: id.of(), value }
    }
}
