//! What the model's numbers are called in the real engine.

use std::{cell::RefCell, collections::HashMap};

use driftline_core::{
    ALIASES, Cell, DELETED_AT, FieldName, Id, Row, Stamp, Value, alias, store::Stored,
};
use driftline_derive::SyncEntity;
use driftline_model::engine::{
    RECORD,
    cells::{self, Cells, Field, Shape},
    rows::Name,
};

/// When everything happens, in milliseconds since 1970.
pub(crate) const NOW: u64 = 1_790_000_000_000;
/// The order that the stamps of the record have.
const RECORDED: u64 = 1_000;
/// The field of a purge mark.
const PURGED: &str = "~purged";

/// A folder, known by its path.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "folders")]
pub(crate) struct Folder {
    /// Where it is.
    #[sync(key)]
    pub path: Option<String>,
    /// What people call it.
    pub name: Option<String>,
}

/// Which ids stand for those of the model.
pub(crate) struct Names {
    entity: &'static str,
    salt: u16,
    hashes: RefCell<HashMap<(Name, Shape), u64>>,
}

impl Names {
    /// Ids of `entity` that sort as those of the model do, and whose aliases do, too.
    pub(crate) fn new(entity: &'static str) -> Self {
        let ids = [0, 1, 2, RECORD];
        let pairs: Vec<(u8, u8)> =
            ids.iter().flat_map(|low| ids.iter().map(|high| (*low, *high))).collect();
        let fits = |names: &Self| {
            let of_pair = |(low, high): &(u8, u8)| names.id(Name::Fact(*low, *high));
            let facts: Vec<Id> = pairs.iter().filter(|it| it.0 < it.1).map(of_pair).collect();
            facts.is_sorted()
        };
        let with = |salt| Self { entity, salt, hashes: RefCell::default() };
        (0..=u16::MAX).map(with).find(fits).unwrap()
    }

    /// The id of a row, or of an alias.
    pub(crate) fn id(&self, name: Name) -> Id {
        match name {
            Name::Row(id) => {
                let mut bytes = [0; 16];
                (bytes[0], bytes[6], bytes[8]) = (id, 0x70, 0x80);
                bytes[14..].copy_from_slice(&self.salt.to_be_bytes());
                Id::from_bytes(bytes)
            }
            Name::Fact(low, high) => self.fact(low, high).0,
        }
    }

    /// The alias of two rows, as every replica has it.
    fn fact(&self, low: u8, high: u8) -> (Id, Row) {
        alias::fact(self.entity, self.id(Name::Row(low)), self.id(Name::Row(high)))
    }

    /// The entity of a row.
    pub(crate) fn entity(&self, name: Name) -> &'static str {
        match name {
            Name::Row(_) => self.entity,
            Name::Fact(..) => ALIASES.name,
        }
    }

    /// The cells of a row, as they travel.
    pub(crate) fn row(&self, name: Name, cells: Cells) -> Row {
        if let Name::Fact(low, high) = name {
            return self.fact(low, high).1;
        }
        let value = |field, value| match field {
            Field::Path => path(value),
            Field::Deleted if value == 0 => Value::Null,
            Field::Deleted => Value::from(NOW),
            Field::Mark => Value::from("person"),
            Field::Name | Field::Fact => title(value),
        };
        Field::ALL
            .into_iter()
            .filter_map(|field| {
                let it = cells.get(field)?;
                Some((field_name(field), stamp(it.stamp), value(field, it.value)))
            })
            .collect()
    }

    /// The row of the model that this one is.
    pub(crate) fn name(&self, entity: &str, stored: &Stored) -> Name {
        let row = |id: Id| id.to_bytes()[0];
        if entity != ALIASES.name {
            return Name::Row(row(stored.id));
        }
        let end = |name| row(stored.row.value(name).unwrap().as_str().unwrap().parse().unwrap());
        Name::fact(end("low"), end("high"))
    }

    /// What `Row::hash` makes of a row with these stamps.
    pub(crate) fn hash(&self, name: Name, shape: Shape) -> u64 {
        *self.hashes.borrow_mut().entry((name, shape)).or_insert_with(|| match name {
            Name::Row(_) => {
                let cells = Field::ALL.into_iter().zip(shape);
                let cells = cells.filter_map(|(field, it)| Some((field_name(field), stamp(it?))));
                let row: Row = cells.map(|(field, it)| (field, it, Value::Null)).collect();
                row.hash(self.entity, self.id(name))
            }
            Name::Fact(low, high) => {
                let (id, row) = self.fact(low, high);
                row.hash(ALIASES.name, id)
            }
        })
    }
}

pub(crate) fn path(key: u8) -> Value {
    Value::from(format!("/{key}"))
}

pub(crate) fn title(value: u8) -> Value {
    Value::from(format!("by {value}"))
}

pub(crate) fn stamp(of: cells::Stamp) -> Stamp {
    match of.class {
        0 => Stamp::machine(RECORDED, of.count.into(), 1, of.count.into()),
        _ => Stamp::person(NOW, of.count.into(), of.node.into()),
    }
}

fn stamp_of(it: Stamp) -> cells::Stamp {
    let bytes = it.to_bytes();
    if it.is_person() {
        assert_eq!(it.millis(), NOW, "nobody's clock moves");
        let node = u8::try_from(it.node()).unwrap();
        return cells::Stamp { class: 1, count: bytes[10], node };
    }
    cells::Stamp::machine(bytes[18])
}

pub(crate) fn field_name(field: Field) -> &'static str {
    match field {
        Field::Path => "path",
        Field::Name => "name",
        Field::Deleted => DELETED_AT,
        Field::Mark => PURGED,
        Field::Fact => "entity",
    }
}

/// The field that this one is. An alias has three, which are always together.
pub(crate) fn field(name: &FieldName) -> Option<Field> {
    match &**name {
        "low" | "high" => None,
        it => Some(Field::ALL.into_iter().find(|field| field_name(*field) == it).unwrap()),
    }
}

/// The row as the model has it. It has the values that the model expects under these stamps,
/// or this fails.
pub(crate) fn cells_of(name: Name, row: &Row) -> Cells {
    let mut cells = Cells::default();
    if matches!(name, Name::Fact(..)) {
        assert_eq!(row.cells().count(), 3);
        return Cells::fact();
    }
    for (named, Cell { stamp, value }) in row.cells() {
        let field = field(named).unwrap();
        let number = |text: &Value, before: &str| {
            text.as_str().unwrap().strip_prefix(before).unwrap().parse().unwrap()
        };
        let value = match field {
            Field::Path => number(value, "/"),
            Field::Name => number(value, "by "),
            Field::Deleted => u8::from(!value.is_null()),
            Field::Mark | Field::Fact => 1,
        };
        cells.set(field, stamp_of(*stamp), value);
    }
    cells
}
