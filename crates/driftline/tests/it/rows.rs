//! Rows by their types, alone and several together.

use std::sync::Arc;

use driftline::{
    Db, Error, Id, Result, SqliteHub, SystemEnv,
    core::{EntityDescriptor, Field, Refusal, Schema, SyncEntity, Value},
};
use driftline_memory::MemoryStore;

use crate::common::{Folder, Note, Tag, note, tag};

#[test]
fn a_row_is_written_read_changed_deleted_and_brought_back() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let id = db.insert(note("Buy milk")).unwrap();
    db.update(id, |it| it.pinned = true).unwrap();
    let read = db.get(id).unwrap().unwrap();
    assert_eq!((read.id, read.text.as_str(), read.pinned), (id, "Buy milk", true));

    db.delete(id).unwrap();
    assert_eq!(db.get(id).unwrap(), None);
    assert!(matches!(db.update(id, |it| it.reads = 1), Err(Error::NotFound { .. })));
    db.restore(id).unwrap();
    drop(db);
    assert_eq!(folder.open("notes.db").get(id).unwrap().unwrap().value, read.value);
}

#[test]
fn several_rows_are_written_together_or_not_at_all() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let mut changes = db.subscribe();
    let id = db
        .write(|tx| {
            let id = tx.insert(note("Buy milk"))?;
            tx.insert(tag("shopping", Some(id)))?;
            assert_eq!(tx.query::<Tag>().filter(Tag::NOTE.eq(id)).count()?, 1, "it reads its own");
            tx.update(id, |it| it.reads += 1)?;
            Ok(id)
        })
        .unwrap();
    let heard = std::iter::from_fn(|| changes.try_recv().ok()).map(|it| it.entity);
    assert_eq!(heard.collect::<Vec<_>>(), ["notes", "tags", "notes"]);

    let failed: Result<()> = db.write(|tx| {
        tx.update(id, |it| it.text = "Sell milk".into())?;
        tx.insert(tag("shopping", None)).map(drop)
    });
    assert!(
        matches!(failed, Err(Error::Refused { why: Refusal::KeyTaken { .. }, .. })),
        "{failed:?}"
    );
    assert_eq!(db.get(id).unwrap().unwrap().text, "Buy milk", "nothing of it was kept");
}

#[test]
fn a_read_sees_one_state() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let other = folder.open("notes.db");
    db.read(|tx| {
        let before = tx.query::<Note>().count()?;
        other.insert(note("Meanwhile"))?;
        assert_eq!(tx.query::<Note>().count()?, before);
        Ok(())
    })
    .unwrap();
    assert_eq!(db.query::<Note>().count().unwrap(), 1);
}

#[test]
fn a_file_is_a_database_or_a_hub() {
    let folder = Folder::new();
    drop(folder.open("notes.db"));
    let error = SqliteHub::open(folder.0.path().join("notes.db")).err().unwrap().to_string();
    assert!(error.contains("notes.db is the database of a profile"), "{error}");
    SqliteHub::open(folder.0.path().join("shared.db")).unwrap();
    assert!(Db::open(folder.0.path().join("shared.db")).is_err());
}

/// An entity that was written by hand, and forgotten.
#[derive(Clone, Debug, Default, PartialEq)]
struct Forgotten;

impl SyncEntity for Forgotten {
    const NAME: &'static str = "forgotten_ones";
    const DOC: &'static str = "Nobody registered it.";
    const FIELDS: &'static [Field] = &[];

    fn values(&self) -> Vec<Value> {
        Vec::new()
    }

    fn from_values(_: &dyn Fn(&str) -> Option<Value>) -> Result<Self> {
        Ok(Self)
    }
}

#[test]
fn an_entity_that_is_not_registered_is_named_with_the_line_that_registers_it() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let id = Id::imported(0, &["it"]).of::<Forgotten>();
    for error in [
        db.insert(Forgotten).unwrap_err(),
        db.get(id).unwrap_err(),
        db.query::<Forgotten>().all().unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("`forgotten_ones` (it::rows::Forgotten)"), "{error}");
        assert!(error.contains("driftline::register!(it::rows::Forgotten);"), "{error}");
    }
}

#[test]
fn a_test_brings_its_own_store() {
    static NOTES: EntityDescriptor = EntityDescriptor::of::<Note>();
    let store = MemoryStore::new(&Schema::of([&NOTES]).unwrap());
    let db = Db::with(Arc::new(store), Arc::new(SystemEnv::new().unwrap())).unwrap();
    let id = db.insert(note("Kept nowhere")).unwrap();
    assert_eq!(db.clone().get(id).unwrap().unwrap().text, "Kept nowhere");
    assert!(db.insert(tag("unknown here", None)).is_err());
}
