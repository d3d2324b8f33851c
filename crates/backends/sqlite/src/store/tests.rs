use std::{fs, sync::mpsc};

use driftline_core::{EntityDescriptor, Field, Id, Kind, Policy, Stamp, Value, store::Stored};

use super::*;

static NOTES: EntityDescriptor = EntityDescriptor {
    name: "notes",
    doc: "Notes",
    fields: &[Field::new("title", Kind::Text)],
    natural_key: &[],
    policy: Policy::Editable,
};

fn open(path: &Path, patience: u64) -> SqliteStore {
    let schema = Box::leak(Box::new(Schema::of([&NOTES]).unwrap()));
    SqliteStore::open_patiently(path, schema, Duration::from_millis(patience)).unwrap()
}

fn note(number: u64, bytes: usize) -> Stored {
    let mut stored = Stored::new(Id::imported(number, &[]));
    stored.row.set("title", Stamp::person(1, 1, 1), Value::from("x".repeat(bytes)));
    stored
}

fn pragma(connection: &Connection, name: &str) -> String {
    let read = |row: &rusqlite::Row<'_>| Ok(format!("{:?}", row.get_ref(0)?));
    connection.pragma_query_value(None, name, read).unwrap()
}

#[test]
fn durability_switches_what_a_commit_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"), 100);
    for (durability, mode) in [
        (Durability::Full, "Integer(2)"),
        (Durability::Normal, "Integer(1)"),
        (Durability::Normal, "Integer(1)"),
        (Durability::Full, "Integer(2)"),
    ] {
        store.write(durability, Box::new(|tx| tx.put("notes", &note(1, 1)))).unwrap();
        assert_eq!(pragma(&locked(&store.writer).connection, "synchronous"), mode);
    }
}

#[test]
fn every_connection_is_set_up_alike() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"), 100);
    let reader = store.reader().unwrap();
    let writer = locked(&store.writer);
    for connection in [&writer.connection, &reader] {
        for (name, value) in [
            ("foreign_keys", "Integer(0)"),
            ("trusted_schema", "Integer(0)"),
            ("cell_size_check", "Integer(1)"),
            ("cache_size", "Integer(-16000)"),
            ("fullfsync", "Integer(1)"),
            ("journal_mode", "Text([119, 97, 108])"),
        ] {
            assert_eq!(pragma(connection, name), value, "{name}");
        }
    }
    assert_eq!(pragma(&writer.connection, "wal_autocheckpoint"), "Integer(0)");
    assert_eq!(pragma(&writer.connection, "journal_size_limit"), "Integer(67108864)");
    assert!(reader.execute("DELETE FROM notes", []).is_err(), "a reader cannot write");
    assert!(writer.connection.prepare("SELECT \"no such column\" FROM notes").is_err());
}

#[test]
fn who_waits_too_long_is_told_who_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path, 40);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.write(Durability::Full, Box::new(|_| Ok(()))).unwrap_err().to_string();
    assert!(error.contains("another process holds") && error.contains("a.db"), "{error}");
    store.read(Box::new(|tx| tx.get("notes", note(1, 1).id).map(drop))).unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    store.write(Durability::Full, Box::new(|_| Ok(()))).unwrap();
    let lock = files::lock(store.path(), Duration::ZERO).unwrap();
    let error = SqliteStore::open_patiently(&path, &store.schema, Duration::from_millis(40));
    assert!(error.unwrap_err().to_string().contains("another process holds"));
    drop(lock);
    open(&path, 40);
}

#[test]
fn who_waits_long_enough_gets_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path, 60_000);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (started, begun) = mpsc::channel();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            started.send(()).unwrap();
            store.write(Durability::Normal, Box::new(|tx| tx.put("notes", &note(1, 1))))
        });
        begun.recv().unwrap();
        other.execute_batch("COMMIT").unwrap();
        waiting.join().unwrap().unwrap();
    });
}

#[test]
fn a_full_disk_keeps_what_was_there_and_nothing_of_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"), 100);
    store.write(Durability::Full, Box::new(|tx| tx.put("notes", &note(1, 10)))).unwrap();
    let limit = |pages: i64| {
        let set = |writer: &Writer| {
            let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            writer.connection.pragma_update_and_check(None, "max_page_count", pages, read).unwrap();
        };
        set(&locked(&store.writer));
    };
    limit(40);
    let fill = |tx: &mut dyn driftline_core::store::StoreTx| {
        (2..100).try_for_each(|number| tx.put("notes", &note(number, 4_000)))
    };
    let error = store.write(Durability::Full, Box::new(fill)).unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("is full") && text.contains("a.db") && text.contains("space"), "{text}");
    let count = |wanted: u64| {
        let mut count = 0;
        let find = driftline_core::store::Find::default();
        store.read(Box::new(|tx| tx.count("notes", &find).map(|it| count = it))).unwrap();
        assert_eq!(count, wanted);
    };
    count(1);
    limit(100_000);
    store.write(Durability::Full, Box::new(fill)).unwrap();
    count(99);
}

#[test]
fn a_log_that_readers_hold_up_is_cut_when_they_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"), 100);
    let log = folder.path().join("a.db-wal");
    let bytes = || fs::metadata(&log).unwrap().len();
    let write = |number: u64| {
        let row = note(number, 20 << 20);
        store.write(Durability::Normal, Box::new(|tx| tx.put("notes", &row))).unwrap();
    };
    store
        .read(Box::new(|tx| {
            tx.get("notes", note(1, 1).id)?;
            (0..14).for_each(write);
            Ok(())
        }))
        .unwrap();
    assert!(bytes() > 4 * LOG_BYTES, "{}", bytes());
    (14..18).for_each(write);
    assert!(bytes() < 3 * LOG_BYTES, "{}", bytes());
}

#[test]
fn a_long_log_is_written_back_while_the_file_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path, 100);
    let bytes = || fs::metadata(&path).unwrap().len();
    for number in 0..2 {
        assert!(bytes() < 1 << 20, "{}", bytes());
        let row = note(number, 20 << 20);
        store.write(Durability::Normal, Box::new(|tx| tx.put("notes", &row))).unwrap();
    }
    store.writer().log.wait();
    assert!(bytes() > 40 << 20, "{}", bytes());
    for number in 2..4 {
        let row = note(number, 20 << 20);
        store.write(Durability::Normal, Box::new(|tx| tx.put("notes", &row))).unwrap();
    }
    drop(store);
    assert!(!folder.path().join("a.db-wal").exists(), "who closes it last takes the log away");
    assert!(bytes() > 80 << 20, "{}", bytes());
}
