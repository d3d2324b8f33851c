//! The types of Rust that fields have, and the values that stand for them.

use crate::{Error, Field, Id, Kind, Millis, Result, Value, value};

/// A type that a field of a [`SyncEntity`](crate::SyncEntity) can have. Its default stands for "never
/// written".
pub trait FieldType: Clone + Default + PartialEq {
    /// What it holds. [`Kind::Ref`] comes from the field's attribute instead.
    const KIND: Kind;

    /// The type of a value that is there: for an `Option`, of what is in it.
    type Present;

    /// The value that is there.
    fn present(value: Self::Present) -> Self;

    /// The value that is stored; null for none.
    fn to_value(&self) -> Value;

    /// Reads a stored value, or `None` if it has another type.
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! field_type {
    ($type:ty, $kind:expr, |$it:ident| $to:expr, |$value:ident| $from:expr) => {
        impl FieldType for $type {
            const KIND: Kind = $kind;
            type Present = Self;
            fn present(value: Self) -> Self {
                value
            }
            fn to_value(&self) -> Value {
                let $it = self;
                $to
            }
            fn from_value($value: Value) -> Option<Self> {
                $from
            }
        }
    };
}

field_type!(String, Kind::Text, |it| Value::from(it.as_str()), |value| match value {
    Value::String(text) => Some(text),
    Value::Null => Some(Self::new()),
    _ => None,
});
field_type!(i64, Kind::Int, |it| Value::from(*it), |value| number(&value, Value::as_i64));
field_type!(f64, Kind::Real, |it| value::real(*it), |value| number(&value, Value::as_f64));
field_type!(bool, Kind::Bool, |it| Value::from(*it), |value| number(&value, Value::as_bool));
field_type!(Value, Kind::Json, |it| value::canonical(it.clone()), |value| Some(value));
field_type!(Timestamp, Kind::Time, |it| Value::from(it.0), |value| number(&value, |it| {
    it.as_i64().map(Timestamp)
}));

fn number<T: Default>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    if value.is_null() { Some(T::default()) } else { read(value) }
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: Kind = T::KIND;

    type Present = T;

    fn present(value: T) -> Self {
        Some(value)
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl<E> FieldType for Option<Id<E>> {
    const KIND: Kind = Kind::Text;

    type Present = Id<E>;

    fn present(value: Id<E>) -> Self {
        Some(value)
    }

    fn to_value(&self) -> Value {
        self.map_or(Value::Null, |id| Value::from(String::from(id)))
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            Value::String(text) => text.parse().ok().map(|id: Id| Some(id.of())),
            _ => None,
        }
    }
}

/// Reads one field, for [`SyncEntity::from_values`](crate::SyncEntity::from_values) as it is derived.
#[doc(hidden)]
pub fn read_field<T: FieldType>(
    entity: &str,
    field: &Field,
    value: &dyn Fn(&str) -> Option<Value>,
) -> Result<T> {
    let value = T::from_value(value(field.name).unwrap_or_default());
    value.ok_or_else(|| Error::bad_value(entity, field.name, field.kind.describe()))
}

/// A moment: milliseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl From<Millis> for Timestamp {
    fn from(millis: Millis) -> Self {
        Self(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}
