//! Entities and small helpers that the tests share.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;

use driftline_core::{
    Durability, EntityDescriptor, Field, Id, Kind, Policy, Result, Schema, Stamp, Store, Value,
    store::{Find, Operation, QueueId, Queued, Standing, Stored},
};
use driftline_sqlite::SqliteStore;

/// Every kind of field, synced and local.
pub(crate) static NOTES: EntityDescriptor = EntityDescriptor {
    name: "notes",
    doc: "Notes",
    fields: &[
        Field::new("title", Kind::Text).indexed(),
        Field::new("order", Kind::Int),
        Field::new("score", Kind::Real),
        Field::new("done", Kind::Bool),
        Field::new("due", Kind::Time).indexed(),
        Field::new("body", Kind::Json),
        Field::new("folder", Kind::Ref("folders")).owner(),
        Field::new("draft", Kind::Text).local(),
        Field::new("position", Kind::Int).local(),
        Field::new("raw", Kind::Json).local(),
    ],
    natural_key: &["title"],
    policy: Policy::Editable,
};

/// As a later version of the program has it.
pub(crate) static NEWER_NOTES: EntityDescriptor = EntityDescriptor {
    fields: &[
        Field::new("title", Kind::Text).indexed(),
        Field::new("order", Kind::Int),
        Field::new("score", Kind::Real),
        Field::new("done", Kind::Bool),
        Field::new("due", Kind::Time).indexed(),
        Field::new("body", Kind::Json),
        Field::new("folder", Kind::Ref("folders")).owner().listed_by("due"),
        Field::new("draft", Kind::Text).local(),
        Field::new("position", Kind::Int).local(),
        Field::new("raw", Kind::Json).local(),
        Field::new("colour", Kind::Text).indexed(),
        Field::new("stars", Kind::Int),
    ],
    natural_key: &["title", "colour"],
    ..NOTES
};

pub(crate) static FOLDERS: EntityDescriptor = EntityDescriptor {
    name: "folders",
    doc: "Folders",
    fields: &[Field::new("name", Kind::Text)],
    natural_key: &["name"],
    policy: Policy::Editable,
};

pub(crate) static CHORES: EntityDescriptor = EntityDescriptor {
    name: "todos",
    doc: "What a later version of the program knows",
    fields: &[Field::new("what", Kind::Text), Field::new("done", Kind::Bool)],
    natural_key: &["what"],
    policy: Policy::Editable,
};

pub(crate) fn schema_of(entities: &[&'static EntityDescriptor]) -> &'static Schema {
    Box::leak(Box::new(Schema::of(entities.iter().copied()).unwrap()))
}

pub(crate) fn schema() -> &'static Schema {
    schema_of(&[&NOTES, &FOLDERS])
}

pub(crate) fn newer_schema() -> &'static Schema {
    schema_of(&[&NEWER_NOTES, &FOLDERS, &CHORES])
}

pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, schema()).unwrap()
}

pub(crate) fn id(number: u64) -> Id {
    Id::imported(number, &["test"])
}

pub(crate) fn stamp(millis: u64) -> Stamp {
    Stamp::person(millis, 0, 7)
}

pub(crate) fn note(number: u64, cells: &[(&'static str, Value)]) -> Stored {
    let mut stored = Stored::new(id(number));
    for (field, value) in cells {
        stored.row.set(*field, stamp(1_000 + number), value.clone());
    }
    stored.key = NOTES.key_of(&stored.row);
    stored
}

pub(crate) fn put(store: &dyn Store, entity: &str, stored: &Stored) {
    store.transact(Durability::Normal, |tx| tx.put(entity, stored)).unwrap();
}

pub(crate) fn get(store: &dyn Store, entity: &str, id: Id) -> Option<Stored> {
    store.view(|tx| tx.get(entity, id)).unwrap()
}

/// The ids that a query gives.
pub(crate) fn found(store: &dyn Store, find: &Find) -> Result<Vec<Id>> {
    store.view(|tx| Ok(tx.find("notes", find)?.iter().map(|it| it.id).collect()))
}

/// The file through another program's eyes.
pub(crate) fn sql(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

/// A queue entry that waits.
pub(crate) fn queued(entity: &str, number: u64) -> Queued {
    Queued {
        queue_id: QueueId::default(),
        entity: entity.into(),
        id: id(number),
        operation: Operation::Create,
        fields: [("title".into(), false)].into(),
        change: 1,
        created_at: 1,
        attempts: 0,
        last_error: None,
        failures: 0,
        failed_at: 0,
        standing: Standing::Waiting,
    }
}
