//! Which entity a demo can show, chosen by what entities say of themselves.

use anyhow::Result;
use driftline_core::{EntityDescriptor, Field, Kind, Policy, Schema, Value, Values};

use crate::error::Failed;

/// An entity, and the fields that a demo writes.
pub(super) struct Pick {
    pub(super) entity: &'static EntityDescriptor,
    /// A text that two devices write.
    pub(super) text: &'static str,
    /// Another field, and what one device writes there.
    pub(super) other: Option<(&'static str, Value)>,
    /// The fields that tell one row from another.
    keys: Vec<&'static Field>,
}

impl Pick {
    /// The first entity whose rows can be edited and have a text.
    pub(super) fn of(schema: &Schema) -> Result<Self> {
        let editable = schema.entities().iter().filter(|it| it.policy == Policy::Editable);
        editable.copied().find_map(Self::from).ok_or_else(|| {
            let message = "no entity of this program has rows with a text that can be edited";
            Failed::failed("no_entity", message)
        })
    }

    fn from(entity: &'static EntityDescriptor) -> Option<Self> {
        let is_key = |it: &Field| entity.natural_key.contains(&it.name);
        let plain: Vec<_> = entity.synced().filter(|it| !is_key(it)).collect();
        let text = plain.iter().find(|it| it.kind == Kind::Text)?.name;
        let other = plain.iter().find_map(|it| match it.kind {
            Kind::Bool => Some((it.name, Value::from(true))),
            Kind::Int => Some((it.name, Value::from(7))),
            Kind::Text if it.name != text => Some((it.name, "blue".into())),
            _ => None,
        });
        let keys = entity.synced().filter(|it| is_key(it)).collect();
        Some(Self { entity, text, other, keys })
    }

    /// The values of a new row; `number` tells it from others.
    pub(super) fn values(&self, name: &str, number: i64) -> Values {
        let mut values = Values::from([(self.text.to_owned(), Value::from(name))]);
        for key in &self.keys {
            let value = match key.kind {
                Kind::Text => format!("demo-{number}").into(),
                Kind::Int | Kind::Time | Kind::Real => number.into(),
                _ => continue,
            };
            values.insert(key.name.to_owned(), value);
        }
        values
    }
}
