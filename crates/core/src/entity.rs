//! What an entity says of itself. It says what it is, never how it merges: there is
//! no merge hook, so no entity can break convergence.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Id, Result, Row, value};

/// One kind of row that syncs. Derive it: `#[derive(SyncEntity)]`.
///
/// A value at its type's default is the same as a value that was never written:
/// creating a row writes only what differs from it.
///
/// ```
/// use driftline_core::{EntityDescriptor, Timestamp};
/// use driftline_derive::SyncEntity;
///
/// /// A thing to do.
/// #[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
/// pub struct Todo {
///     /// What is to be done.
///     pub title: Option<String>,
///     /// Whether it is done.
///     pub done: bool,
///     /// When it is due.
///     #[sync(indexed)]
///     pub due: Option<Timestamp>,
/// }
///
/// let todos = EntityDescriptor::of::<Todo>();
/// assert_eq!(todos.name, "todos");
/// assert_eq!(todos.doc, "A thing to do.");
/// assert!(todos.field("due").is_some_and(|field| field.indexed));
/// ```
pub trait SyncEntity: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The table's name on every replica: plural, and it never changes.
    const NAME: &'static str;
    /// What a row of it is, in a sentence.
    const DOC: &'static str;
    /// The columns, in the order in which they are shown.
    const FIELDS: &'static [Field];
    /// The fields that identify a row to a person. Empty: every birth is new.
    const NATURAL_KEY: &'static [&'static str] = &[];
    /// Whether rows can be edited.
    const POLICY: Policy = Policy::Editable;

    /// The value of every field, in the order of [`Self::FIELDS`].
    fn values(&self) -> Vec<Value>;

    /// Builds the entity from what `value` answers for each field name.
    ///
    /// # Errors
    /// When a value does not have the field's type.
    fn from_values(value: &dyn Fn(&str) -> Option<Value>) -> Result<Self>;
}

/// Whether rows of an entity can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Every field can be written again; the greater stamp wins.
    Editable,
    /// The application cannot edit or re-create a row. Imports may complete it, and a
    /// person may delete and restore it.
    AppendOnly,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Real,
    /// True or false.
    Bool,
    /// Milliseconds since 1970, UTC.
    Time,
    /// Any JSON.
    Json,
    /// The id of a row of another entity.
    Ref(&'static str),
}

impl Kind {
    /// Whether `value` is of this kind. Null is of every kind.
    pub fn holds(self, value: &Value) -> bool {
        match self {
            _ if value.is_null() => true,
            Self::Text => value.is_string(),
            Self::Int | Self::Time => value.is_i64(),
            Self::Real => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::Json => true,
            Self::Ref(_) => value.as_str().is_some_and(|text| text.parse::<Id>().is_ok()),
        }
    }

    /// What a person would write for a value of this kind.
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Int => "a whole number".into(),
            Self::Real => "a number".into(),
            Self::Bool => "true or false".into(),
            Self::Time => "a time in milliseconds since 1970".into(),
            Self::Json => "JSON".into(),
            Self::Ref(entity) => format!("the id of one of {entity}"),
        }
    }
}

/// One column of an entity.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on every replica; it never changes.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it stays on this device and takes no part in merging.
    pub local: bool,
    /// Whether it names the row's owner: what belongs to a deleted owner is hidden
    /// with it, and comes back with it.
    pub owner: bool,
    /// Whether rows are looked up by it.
    pub indexed: bool,
    /// The field by which rows with one value of this one are listed.
    pub listed_by: Option<&'static str>,
}

impl Field {
    /// A synced column.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        let indexed = matches!(kind, Kind::Ref(_));
        Self { name, doc: "", kind, local: false, owner: false, indexed, listed_by: None }
    }

    /// The same column, with a sentence on what it is.
    #[must_use]
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    /// The same column, kept on this device.
    #[must_use]
    pub const fn local(self) -> Self {
        Self { local: true, ..self }
    }

    /// The same column, naming the row's owner.
    #[must_use]
    pub const fn owner(self) -> Self {
        Self { owner: true, ..self }
    }

    /// The same column, with rows looked up by it.
    #[must_use]
    pub const fn indexed(self) -> Self {
        Self { indexed: true, ..self }
    }

    /// The same column, with the rows of one value looked up in the order of `field`: a
    /// page of them costs the same however many there are.
    #[must_use]
    pub const fn listed_by(self, field: &'static str) -> Self {
        Self { indexed: true, listed_by: Some(field), ..self }
    }
}

/// What the engine knows of an entity once its type is gone.
#[derive(Clone, Copy, Debug)]
pub struct EntityDescriptor {
    /// The table's name on every replica.
    pub name: &'static str,
    /// What a row of it is, in a sentence.
    pub doc: &'static str,
    /// The columns.
    pub fields: &'static [Field],
    /// The fields that identify a row to a person.
    pub natural_key: &'static [&'static str],
    /// Whether rows can be edited.
    pub policy: Policy,
}

inventory::collect!(EntityDescriptor);

impl EntityDescriptor {
    /// The descriptor of `E`.
    pub const fn of<E: SyncEntity>() -> Self {
        Self {
            name: E::NAME,
            doc: E::DOC,
            fields: E::FIELDS,
            natural_key: E::NATURAL_KEY,
            policy: E::POLICY,
        }
    }

    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|it| it.name == name)
    }

    /// The fields that travel.
    pub fn synced(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|it| !it.local)
    }

    /// The field that names the owner, and the owner's entity.
    pub fn owner(&self) -> Option<(&'static str, &'static str)> {
        self.fields.iter().filter(|it| it.owner).find_map(|it| match it.kind {
            Kind::Ref(entity) => Some((it.name, entity)),
            _ => None,
        })
    }

    /// Whether `field` says where a row belongs: it is a part of its natural key, or
    /// refers to another row.
    pub fn places(&self, field: &str) -> bool {
        let is_ref = |it: &Field| matches!(it.kind, Kind::Ref(_));
        self.natural_key.contains(&field) || self.field(field).is_some_and(is_ref)
    }

    /// The natural key of `row` as one text, or none if no key field has a value.
    /// A missing field equals a missing field. It is the only thing twins are looked
    /// up by.
    pub fn key_of(&self, row: &Row) -> Option<String> {
        let part = |name: &&str| row.value(name).cloned().unwrap_or_default();
        let parts: Vec<Value> = self.natural_key.iter().map(part).collect();
        if parts.iter().all(Value::is_null) { None } else { Some(value::text(&Value::from(parts))) }
    }

    /// Brings a value that a person or a reader gave into the form in which it is
    /// stored: canonical, and as a [normal name](value::normal_name) in a key field.
    pub fn normalise(&self, field: &str, value: Value) -> Value {
        match value::canonical(value) {
            Value::String(text) if self.natural_key.contains(&field) => {
                Value::from(value::normal_name(&text).into_owned())
            }
            other => other,
        }
    }
}

/// The values of some fields by name: what a form, a command or a reader hands in.
pub type Values = BTreeMap<String, Value>;
