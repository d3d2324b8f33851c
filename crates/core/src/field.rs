//! Fields by their types, so that the compiler finds what a name in quotes hides: a field
//! that no longer exists, and a value that it cannot have.

use std::{fmt, marker::PhantomData};

use serde_json::Value;

use crate::{FieldType, store::Find};

/// A field of `E` whose values are `T`. The derive makes one of each field, named like it in
/// capitals: `Note::PINNED`. A field whose name the trait takes for itself (`name`, `doc`,
/// `fields`, `policy`, `natural_key`) gets `_FIELD` behind it: `Session::NAME_FIELD`.
///
/// ```
/// use driftline_core::store::Find;
/// use driftline_derive::SyncEntity;
///
/// /// Something to remember.
/// #[derive(Clone, Default, PartialEq, SyncEntity)]
/// struct Note {
///     /// What people call it.
///     title: Option<String>,
///     /// Whether it stays on top.
///     pinned: bool,
/// }
///
/// let find = Note::TITLE.eq("Milk").narrow(Find::new());
/// assert_eq!(find.equal, [("title".into(), "Milk".into())]);
/// let find = Note::TITLE.is_none().narrow(Find::new()).descending(Note::PINNED.name());
/// ```
pub struct TypedField<E, T> {
    name: &'static str,
    of: PhantomData<fn() -> (E, T)>,
}

impl<E, T> TypedField<E, T> {
    /// The field with this name. The caller vouches for entity and type.
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// Its name on every replica.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<E, T: FieldType> TypedField<E, T> {
    /// Rows in which it is `value`. A value at the type's default is the same as one that
    /// was never written: `Note::PINNED.eq(false)` finds both.
    pub fn eq(self, value: impl Into<T::Present>) -> Condition<E> {
        let (value, is_default) = self.stored(value.into());
        let find = Find::new();
        Condition::of(if is_default {
            find.unset_or(self.name, value)
        } else {
            find.equal(self.name, value)
        })
    }

    /// All other rows.
    pub fn ne(self, value: impl Into<T::Present>) -> Condition<E> {
        let (value, is_default) = self.stored(value.into());
        let find = Find::new().unless(self.name, value);
        Condition::of(if is_default { find.unless(self.name, Value::Null) } else { find })
    }

    /// The value as it is stored, and whether it stands for one that was never written.
    fn stored(self, value: T::Present) -> (Value, bool) {
        let value = T::present(value);
        (value.to_value(), value == T::default())
    }
}

impl<E, T> TypedField<E, Option<T>> {
    /// Rows in which it has no value.
    pub fn is_none(self) -> Condition<E> {
        Condition::of(Find::new().equal(self.name, Value::Null))
    }

    /// Rows in which it has one.
    pub fn is_some(self) -> Condition<E> {
        Condition::of(Find::new().unless(self.name, Value::Null))
    }
}

// Not derived: it is `Copy` whatever its types are.
impl<E, T> Clone for TypedField<E, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T> Copy for TypedField<E, T> {}

impl<E, T> fmt::Debug for TypedField<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What rows of `E` have in common, made by [`TypedField::eq`] and its like.
#[must_use = "it chooses nothing before a query has it"]
pub struct Condition<E> {
    find: Find,
    of: PhantomData<fn() -> E>,
}

impl<E> Condition<E> {
    fn of(find: Find) -> Self {
        Self { find, of: PhantomData }
    }

    /// `find`, for rows of which this is true as well.
    pub fn narrow(self, mut find: Find) -> Find {
        find.equal.extend(self.find.equal);
        find.unless.extend(self.find.unless);
        find.unset_or.extend(self.find.unset_or);
        find
    }
}
