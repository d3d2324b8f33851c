//! Rows by their ids, aliases among them, and what a class of ids shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use super::cells::{Cell, Cells, Field, Shape};

/// The id of a row.
pub type Id = u8;

/// What names a row of either entity. Aliases come first in every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// The fact that two ids, the smaller one first, are of one row.
    Fact(Id, Id),
    /// A row that people see.
    Row(Id),
}

impl Name {
    /// The fact that both are one.
    pub fn fact(one: Id, other: Id) -> Self {
        Self::Fact(one.min(other), one.max(other))
    }

    /// Whether it names this id.
    fn concerns(self, id: Id) -> bool {
        matches!(self, Self::Fact(low, high) if low == id || high == id)
    }
}

/// The rows of a replica.
pub trait Rows {
    /// The cells of a row.
    fn cells(&self, name: Name) -> Option<Cells>;

    /// The aliases that are here.
    fn facts(&self) -> Vec<(Id, Id)>;

    /// Ids of rows whose own key this is, in order.
    fn with_key(&self, key: u8) -> Vec<Id>;

    /// Every id that is of the same row, in order.
    fn class(&self, id: Id) -> BTreeSet<Id> {
        class_of(&self.facts(), id)
    }

    /// The mark that a row, which holds `cells`, has or gets for what it is one with.
    fn mark_of(&self, id: Id, cells: Cells) -> Option<Cell> {
        let mut joined = cells;
        for member in self.class(id).into_iter().filter(|it| *it != id) {
            joined.join(self.cells(Name::Row(member)).unwrap_or_default(), None);
        }
        joined.get(Field::Mark)
    }

    /// What the class of an id shows, and which of its ids are here.
    fn view(&self, id: Id) -> Option<(Vec<Id>, Cells)> {
        let mut shown = Cells::default();
        let mut members = Vec::new();
        for id in self.class(id) {
            if let Some(cells) = self.cells(Name::Row(id)) {
                shown.join(cells, None);
                members.push(id);
            }
        }
        (!members.is_empty()).then_some((members, shown))
    }

    /// The row that people see under this key, other than `id`.
    fn holder(&self, key: Option<u8>, id: Id) -> Option<Id> {
        self.with_key(key?).into_iter().find(|candidate| {
            *candidate != id
                && self.view(*candidate).is_some_and(|(members, shown)| {
                    !members.contains(&id) && !shown.is_hidden() && shown.key() == key
                })
        })
    }
}

/// Every id that is of the same row as `id` by these facts, in order.
pub fn class_of(facts: &[(Id, Id)], id: Id) -> BTreeSet<Id> {
    let mut class = BTreeSet::from([id]);
    loop {
        let before = class.len();
        for (low, high) in facts {
            if class.contains(low) || class.contains(high) {
                class.extend([*low, *high]);
            }
        }
        if class.len() == before {
            return class;
        }
    }
}

/// The facts among some names.
pub fn facts_of<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<(Id, Id)> {
    let fact = |name: &Name| match *name {
        Name::Fact(low, high) => Some((low, high)),
        Name::Row(_) => None,
    };
    names.filter_map(fact).collect()
}

/// The facts that concern an id, among some names.
pub fn facts_about<'a>(names: impl Iterator<Item = &'a Name>, id: Id) -> Vec<Name> {
    names.copied().filter(|it| it.concerns(id)).collect()
}

/// 64 bits that stand for a value, the same ones in every run.
pub fn print_of(value: &impl Hash) -> u64 {
    let mut hash = DefaultHasher::new();
    value.hash(&mut hash);
    hash.finish()
}

/// Sums over what rows are made of, per entity: aliases and rows.
pub type Digests = [u64; 2];

/// The sums of some rows.
pub fn digests(rows: impl Iterator<Item = (Name, Shape)>) -> Digests {
    let mut sums = Digests::default();
    for (name, shape) in rows {
        let sum = &mut sums[usize::from(matches!(name, Name::Row(_)))];
        *sum = sum.wrapping_add(print_of(&(name, shape)));
    }
    sums
}

/// The rows that some writes amount to.
pub type Written = BTreeMap<Id, Cells>;
