//! The whole merge. A row is a map of fields to cells; two rows join field by
//! field, the greater stamp wins. That makes rows a join-semilattice: the order,
//! repetition and batching of deliveries do not matter.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Id, Stamp, value};

/// The name of a field: borrowed where a descriptor knows it.
pub type FieldName = Cow<'static, str>;

/// The field that every row has: when it was deleted, or null once restored.
/// Absent means live: only a person's delete or restore writes it.
pub const DELETED_AT: &str = "deleted_at";

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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Row {
    cells: BTreeMap<FieldName, Cell>,
}

impl Row {
    /// Takes in every cell of `other` that is greater than this row's own, and
    /// calls `lost` with the name, the cell that gave way and the one that won.
    /// Returns whether anything changed.
    pub fn join_with(&mut self, other: Self, mut lost: impl FnMut(&str, &Cell, &Cell)) -> bool {
        let mut changed = false;
        for (field, cell) in other.cells {
            match self.cells.get_mut(&field) {
                Some(mine) if cell.beats(mine) => {
                    lost(&field, mine, &cell);
                    *mine = cell;
                    changed = true;
                }
                Some(mine) => {
                    if *mine != cell {
                        lost(&field, &cell, mine);
                    }
                }
                None => {
                    self.cells.insert(field, cell);
                    changed = true;
                }
            }
        }
        changed
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
        self.cells.get(field)
    }

    /// The value of `field`, if it was ever written.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.cells.get(field).map(|cell| &cell.value)
    }

    /// Replaces the cell of `field` without comparing. Joining is the rule; this is
    /// for building rows, and for a stamp that a hub refused.
    pub fn set(&mut self, field: impl Into<FieldName>, stamp: Stamp, value: Value) {
        self.cells.insert(field.into(), Cell { stamp, value });
    }

    /// The cells by field name.
    pub fn cells(&self) -> impl Iterator<Item = (&FieldName, &Cell)> {
        self.cells.iter()
    }

    /// The fields with what was written to each, and its stamp.
    pub fn into_cells(self) -> impl Iterator<Item = (FieldName, Value, Stamp)> {
        self.cells.into_iter().map(|(field, it)| (field, it.value, it.stamp))
    }

    /// Whether no field was ever written.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether the row is marked as deleted.
    pub fn is_deleted(&self) -> bool {
        self.value(DELETED_AT).is_some_and(|it| !it.is_null())
    }

    /// Keeps the cells whose field `keep` accepts.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.cells.retain(|field, _| keep(field));
    }

    /// The greatest stamp that a person gave to any cell.
    pub fn latest_person(&self) -> Option<Stamp> {
        self.cells.values().map(|it| it.stamp).filter(|it| it.is_person()).max()
    }

    /// 64 bits that stand for what a hub holds of this row: its id, and the names and
    /// stamps of its cells. Summed over rows they make a digest. Never 0.
    pub fn hash(&self, entity: &str, id: Id) -> u64 {
        let mut hash = Sha256::new();
        hash.update(entity.as_bytes());
        hash.update(format!("\n{id}\n").as_bytes());
        let mut last = None;
        let mut text = String::new();
        for (field, cell) in &self.cells {
            if last != Some(cell.stamp) {
                text = cell.stamp.to_string();
                last = Some(cell.stamp);
            }
            hash.update(field.as_bytes());
            hash.update(b" ");
            hash.update(text.as_bytes());
            hash.update(b"\n");
        }
        let mut head = [0; 8];
        head.copy_from_slice(&hash.finalize()[..8]);
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

impl<N: Into<FieldName>> FromIterator<(N, Stamp, Value)> for Row {
    fn from_iter<T: IntoIterator<Item = (N, Stamp, Value)>>(cells: T) -> Self {
        let cells = cells.into_iter().map(|(n, stamp, value)| (n.into(), Cell { stamp, value }));
        Self { cells: cells.collect() }
    }
}
