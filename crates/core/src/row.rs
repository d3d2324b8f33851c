//! The whole merge. A row is a map of fields to cells; two rows join field by
//! field, the greater stamp wins. That makes rows a join-semilattice: the order,
//! repetition and batching of deliveries do not matter.
//!
//! Nothing can be taken out of a lattice; something greater can be put in. A purge mark is a
//! cell that takes the place of every other one, so what a person purged stays purged.

use std::{borrow::Cow, cmp::Ordering, fmt, iter, mem, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Id, Stamp, value};

/// The name of a field: borrowed where a descriptor knows it.
pub type FieldName = Cow<'static, str>;

/// The field that every row has: when it was deleted, or null once restored.
/// Absent means live: only a person's delete or restore writes it.
pub const DELETED_AT: &str = "deleted_at";

/// The field of the purge mark: a row that has it has nothing else. No entity can have a field
/// with such a name. Its value says why: `person` or `expired`.
pub const PURGED: &str = "~purged";

/// A value and when it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// When it was written.
    pub stamp: Stamp,
    /// What was written, in its canonical form.
    pub value: Value,
}

impl Cell {
    fn beats(&self, other: &Self) -> bool {
        (self.stamp > other.stamp)
            || (self.stamp == other.stamp && value::is_greater(&self.value, &other.value))
    }
}

/// The cells of one row. A field without a cell was never written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// By the names of the fields. Rows are small, and read far more often than changed. Shared,
    /// because a row that is sent stays here until its answer came.
    cells: Arc<Vec<(FieldName, Cell)>>,
}

impl Row {
    /// Takes in every cell of `other` that is greater than this row's own, and
    /// calls `lost` with the name, the cell that gave way and the one that won. What gives
    /// way to a purge mark is told to nobody. Returns whether anything changed.
    pub fn join_with(&mut self, other: Self, mut lost: impl FnMut(&str, &Cell, &Cell)) -> bool {
        if self.cells.is_empty() {
            self.cells = other.cells;
            return !self.cells.is_empty();
        }
        match (self.purge_mark(), other.purge_mark()) {
            (None, None) => (),
            (Some(_), None) => return false,
            (Some(mine), Some(theirs)) if !theirs.beats(mine) => return false,
            (_, Some(_)) => {
                self.cells = other.cells;
                return true;
            }
        }
        let mut changed = false;
        let mut new = Vec::new();
        for (field, cell) in Arc::unwrap_or_clone(other.cells) {
            let Ok(place) = self.place(&field) else {
                new.push((field, cell));
                continue;
            };
            let mine = &self.cells[place].1;
            if cell.beats(mine) {
                lost(&field, mine, &cell);
                Arc::make_mut(&mut self.cells)[place].1 = cell;
                changed = true;
            } else if *mine != cell {
                lost(&field, &cell, mine);
            }
        }
        if new.is_empty() {
            return changed;
        }
        let cells = Arc::make_mut(&mut self.cells);
        cells.append(&mut new);
        // Two sorted runs, which sorting only merges.
        cells.sort_by(by_name);
        true
    }

    /// Takes in every cell of `other` that is greater than this row's own.
    /// Returns whether anything changed.
    ///
    /// ```
    /// use driftline_core::{Row, Stamp, Value};
    /// let cell = |field, ms, text| Row::from_iter([(field, Stamp::person(ms, 0, 1), Value::from(text))]);
    /// let mut laptop = cell("name", 2, "Parser");
    /// laptop.join(cell("model", 3, "large"));
    /// laptop.join(cell("name", 1, "Untitled"));
    /// assert_eq!(laptop.value("name"), Some(&Value::from("Parser")));
    /// assert_eq!(laptop.value("model"), Some(&Value::from("large")));
    /// ```
    pub fn join(&mut self, other: Self) -> bool {
        self.join_with(other, |_, _, _| ())
    }

    /// The cell of `field`, if it was ever written.
    pub fn cell(&self, field: &str) -> Option<&Cell> {
        self.place(field).ok().map(|it| &self.cells[it].1)
    }

    /// The value of `field`, if it was ever written.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.cell(field).map(|cell| &cell.value)
    }

    /// Replaces the cell of `field` without comparing. Joining is the rule; this is
    /// for building rows, and for a stamp that a hub refused.
    /// A purge mark takes the place of all cells, and next to it nothing can be set.
    pub fn set(&mut self, field: impl Into<FieldName>, stamp: Stamp, value: Value) {
        let (field, cell) = (field.into(), Cell { stamp, value });
        if field != PURGED && self.is_purged() {
            return;
        }
        let place = self.place(&field);
        let cells = Arc::make_mut(&mut self.cells);
        if field == PURGED {
            *cells = vec![(field, cell)];
            return;
        }
        match place {
            Ok(place) => cells[place].1 = cell,
            Err(place) => cells.insert(place, (field, cell)),
        }
    }

    /// Where the cell of `field` is, or would be.
    fn place(&self, field: &str) -> Result<usize, usize> {
        // Rows are mostly written in the order of their fields.
        if self.cells.last().is_none_or(|(last, _)| **last < *field) {
            return Err(self.cells.len());
        }
        self.cells.binary_search_by(|(name, _)| (**name).cmp(field))
    }

    /// The cells by field name.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&FieldName, &Cell)> {
        self.cells.iter().map(|(field, cell)| (field, cell))
    }

    /// The fields with what was written to each, and its stamp.
    pub fn into_cells(self) -> impl Iterator<Item = (FieldName, Value, Stamp)> {
        Arc::unwrap_or_clone(self.cells).into_iter().map(|(field, it)| (field, it.value, it.stamp))
    }

    /// Whether no field was ever written.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether people do not see the row: it is marked as deleted, or was purged.
    pub fn is_deleted(&self) -> bool {
        self.value(DELETED_AT).is_some_and(|it| !it.is_null()) || self.is_purged()
    }

    /// The mark that says that the row was purged. It is the only cell then.
    pub fn purge_mark(&self) -> Option<&Cell> {
        match self.cells.as_slice() {
            [(field, mark)] if field == PURGED => Some(mark),
            _ => None,
        }
    }

    /// Whether the row was purged: nothing of it is left, and nothing can be written to it.
    pub fn is_purged(&self) -> bool {
        self.purge_mark().is_some()
    }

    /// Keeps the cells whose field `keep` accepts.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        // Who keeps all of them goes on sharing them.
        if !self.cells.iter().all(|(field, _)| keep(field)) {
            Arc::make_mut(&mut self.cells).retain(|(field, _)| keep(field));
        }
    }

    /// The greatest stamp that a person gave to any cell.
    pub fn latest_person(&self) -> Option<Stamp> {
        self.cells.iter().map(|(_, it)| it.stamp).filter(|it| it.is_person()).max()
    }

    /// 64 bits that stand for what a hub holds of this row: its id, and the names and
    /// stamps of its cells. Summed over rows they make a digest. Never 0.
    pub fn hash(&self, entity: &str, id: Id) -> u64 {
        // Gathered first: a hash takes one long piece in faster than many short ones.
        let mut said = Vec::with_capacity(64 + self.cells.len() * 64);
        said.extend_from_slice(entity.as_bytes());
        said.push(b'\n');
        said.extend_from_slice(&id.text());
        said.push(b'\n');
        let mut last = None;
        let mut text = [0; 37];
        for (field, cell) in self.cells.iter() {
            if last != Some(cell.stamp) {
                text = cell.stamp.text();
                last = Some(cell.stamp);
            }
            said.extend_from_slice(field.as_bytes());
            said.push(b' ');
            said.extend_from_slice(&text);
            said.push(b'\n');
        }
        let mut head = [0; 8];
        head.copy_from_slice(&Sha256::digest(&said)[..8]);
        u64::from_be_bytes(head).max(1)
    }

    /// About how many bytes the row takes on the wire.
    pub fn weight(&self) -> usize {
        self.cells.iter().map(|(field, cell)| field.len() + 45 + weight(&cell.value)).sum()
    }
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => text.len() + text.len() / 16 + 2,
        Value::Array(items) => items.iter().map(|it| weight(it) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, it)| name.len() + weight(it) + 4).sum::<usize>() + 2
        }
    }
}

fn by_name(one: &(FieldName, Cell), other: &(FieldName, Cell)) -> Ordering {
    one.0.cmp(&other.0)
}

/// Of several cells of one field, the last counts; beside a purge mark, none does.
impl FromIterator<(FieldName, Cell)> for Row {
    fn from_iter<T: IntoIterator<Item = (FieldName, Cell)>>(cells: T) -> Self {
        let mut cells: Vec<_> = cells.into_iter().collect();
        if !cells.is_sorted_by(|one, other| one.0 < other.0) {
            cells.sort_by(by_name);
            cells.dedup_by(|later, earlier| {
                let is_same = later.0 == earlier.0;
                if is_same {
                    mem::swap(later, earlier);
                }
                is_same
            });
        }
        if let Ok(mark) = cells.binary_search_by(|(name, _)| (**name).cmp(PURGED)) {
            cells = vec![cells.swap_remove(mark)];
        }
        Self { cells: Arc::new(cells) }
    }
}

impl<N: Into<FieldName>> FromIterator<(N, Stamp, Value)> for Row {
    fn from_iter<T: IntoIterator<Item = (N, Stamp, Value)>>(cells: T) -> Self {
        let cell = |(name, stamp, value): (N, _, _)| (name.into(), Cell { stamp, value });
        cells.into_iter().map(cell).collect()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.cells())
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of cells by field")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                iter::from_fn(|| map.next_entry().transpose()).collect()
            }
        }

        from.deserialize_map(Cells)
    }
}
