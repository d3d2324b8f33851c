//! What the columns of a file mean, written down in the file. Programs of different
//! versions open the same file; each adds what it lacks and takes nothing away, so
//! this text, not the program, decides how a row is read. That way an older program
//! keeps the cells it does not know, and two versions can even run at once.

use std::collections::BTreeMap;

use driftline_core::{EntityDescriptor, Field, Kind, Schema};
use serde::{Deserialize, Serialize};

/// The tables of a file, by entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Layout {
    pub(crate) tables: BTreeMap<String, TableLayout>,
}

/// One table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableLayout {
    /// The table's number, from 1 on: queue entries of its rows begin with it.
    #[serde(default)]
    pub(crate) number: u16,
    pub(crate) columns: Vec<ColumnLayout>,
    /// The fields of the natural key.
    pub(crate) key: Vec<String>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ColumnLayout {
    pub(crate) field: String,
    /// The column's name, which differs from the field's only where the field's kind
    /// changed to one that the old column cannot hold.
    pub(crate) column: String,
    pub(crate) kind: ColumnKind,
    pub(crate) local: bool,
    pub(crate) indexed: bool,
    /// The field that follows in its index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) listed_by: Option<String>,
}

/// How a column's values are read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColumnKind {
    Text,
    Int,
    Real,
    Bool,
    Json,
    Ref,
}

impl ColumnKind {
    /// The type in SQL.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Text | Self::Json => "TEXT",
            Self::Ref => "BLOB",
            Self::Int | Self::Bool => "INTEGER",
            Self::Real => "REAL",
        }
    }
}

impl From<Kind> for ColumnKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Int | Kind::Time => Self::Int,
            Kind::Real => Self::Real,
            Kind::Bool => Self::Bool,
            Kind::Json => Self::Json,
            Kind::Ref(_) => Self::Ref,
        }
    }
}

/// The columns that a table has in the file, with their SQL types.
pub(crate) type Existing = BTreeMap<String, String>;

impl Layout {
    /// This layout with everything that `schema` names and it lacks.
    pub(crate) fn with<E>(
        &self,
        schema: &Schema,
        existing: impl Fn(&str) -> Result<Existing, E>,
    ) -> Result<Self, E> {
        let mut layout = self.clone();
        for entity in schema.tables() {
            let next = layout.next_number();
            let table = layout.tables.entry(entity.name.into()).or_default();
            if table.number == 0 {
                table.number = next;
            }
            if !table.covers(entity) {
                table.add(entity, &existing(entity.name)?);
            }
        }
        Ok(layout)
    }
}

impl Layout {
    fn next_number(&self) -> u16 {
        self.tables.values().map(|it| it.number).max().unwrap_or_default() + 1
    }

    /// Numbers the tables of a file whose layout had no numbers.
    pub(crate) fn number_all(&mut self) {
        for name in self.tables.keys().cloned().collect::<Vec<_>>() {
            let next = self.next_number();
            if let Some(table) = self.tables.get_mut(&name).filter(|it| it.number == 0) {
                table.number = next;
            }
        }
    }
}

impl TableLayout {
    fn covers(&self, entity: &EntityDescriptor) -> bool {
        let covered = |field: &Field| self.columns.iter().any(|it| it.covers(field));
        self.has_key_of(entity) && entity.fields.iter().all(covered)
    }

    fn has_key_of(&self, entity: &EntityDescriptor) -> bool {
        self.key.iter().map(String::as_str).eq(entity.natural_key.iter().copied())
    }

    fn add(&mut self, entity: &EntityDescriptor, existing: &Existing) {
        self.key = entity.natural_key.iter().map(ToString::to_string).collect();
        for field in entity.fields {
            match self.columns.iter_mut().find(|it| it.field == field.name) {
                Some(column) if column.covers(field) => (),
                Some(column) if column.means(field) => column.index_as(field),
                Some(column) => *column = ColumnLayout::of(field, existing),
                None => self.columns.push(ColumnLayout::of(field, existing)),
            }
        }
    }

    /// Whether rows written by `old` that kept nothing aside need not be written again.
    pub(crate) fn only_adds_to(&self, old: &Self) -> bool {
        let same = |it: &ColumnLayout| {
            let now = self.columns.iter().find(|now| now.field == it.field);
            now.is_some_and(|now| {
                now.column == it.column && now.kind == it.kind && now.local == it.local
            })
        };
        self.key == old.key && old.columns.iter().all(same)
    }
}

impl ColumnLayout {
    fn of(field: &Field, existing: &Existing) -> Self {
        let kind = ColumnKind::from(field.kind);
        let free = existing.get(field.name).is_none_or(|it| it == kind.sql());
        let column = if free {
            field.name.into()
        } else {
            format!("{}.{}", field.name, kind.sql().to_lowercase())
        };
        let Field { local, indexed, .. } = *field;
        let listed_by = field.listed_by.map(str::to_owned);
        Self { field: field.name.into(), column, kind, local, indexed, listed_by }
    }

    /// Takes on the index that `field` asks for. One that lists serves who only looks up.
    fn index_as(&mut self, field: &Field) {
        self.indexed = true;
        self.listed_by = field.listed_by.map(str::to_owned).or(self.listed_by.take());
    }

    fn means(&self, field: &Field) -> bool {
        self.field == field.name && self.kind == field.kind.into() && self.local == field.local
    }

    fn covers(&self, field: &Field) -> bool {
        let listed = field.listed_by.is_none_or(|it| self.listed_by.as_deref() == Some(it));
        self.means(field) && (self.indexed || !field.indexed) && listed
    }
}
