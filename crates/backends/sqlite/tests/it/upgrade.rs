//! Programs of different versions on one file. Nothing that one of them does not
//! understand is lost.

use crate::common::{
    self, CHORES, FOLDERS, NEWER_NOTES, NOTES, get, id, newer_schema, note, open, put, schema_of,
    stamp,
};
use driftline_core::{
    Durability, EntityDescriptor, Field, Kind, Seq, Stamp, Store,
    store::{AuditEntry, Find, Held, LogId, QueueCounts, QueueId, QueueList, Queued, Stored},
};
use driftline_sqlite::SqliteStore;
use serde_json::json;

fn with_unknown_cells() -> Stored {
    let mut stored = note(1, &[("title", json!("a")), ("stars", json!(3)), ("later", json!([1]))]);
    stored.row.set("colour", stamp(7), json!("red"));
    stored
}

fn by(field: &'static str, value: serde_json::Value) -> Find {
    Find { equal: vec![(field.into(), value)], ..Find::default() }
}

#[test]
fn cells_and_rows_kept_aside_move_to_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let old = open(&path);
    let mut stored = with_unknown_cells();
    put(&old, "notes", &stored);
    let todo = Stored { seq: Seq(4), ..note(9, &[("what", json!("bread")), ("due", json!(1))]) };
    put(&old, "todos", &todo);
    put(&old, "others", &todo);
    drop(old);

    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    stored.key = NEWER_NOTES.key_of(&stored.row);
    assert_eq!(stored.key.as_deref(), Some("[\"a\",\"red\"]"));
    assert_eq!(get(&new, "notes", id(1)), Some(stored));
    let new: &dyn Store = &new;
    assert_eq!(new.view(|tx| tx.find("notes", &by("colour", json!("red")))).unwrap().len(), 1);
    assert_eq!(new.view(|tx| tx.with_key("notes", "[\"a\",\"red\"]")).unwrap(), [id(1)]);
    let moved = new.view(|tx| tx.find("todos", &by("what", json!("bread")))).unwrap();
    let key = CHORES.key_of(&todo.row);
    assert_eq!(moved, [Stored { key: key.clone(), ..todo.clone() }]);
    assert_eq!(new.view(|tx| tx.with_key("todos", &key.clone().unwrap())).unwrap(), [id(9)]);
    assert_eq!(get(new, "others", id(9)), Some(todo), "what nobody knows stays aside");
    let text =
        |sql: &str| -> String { common::sql(&path).query_row(sql, [], |row| row.get(0)).unwrap() };
    let aside = format!("{{\"later\":{{\"stamp\":\"{}\",\"value\":[1]}}}}", stamp(1_001));
    assert_eq!(text("SELECT extra FROM notes"), aside);
    assert_eq!(text("SELECT group_concat(entity) FROM other_rows"), "others");
    assert_eq!(text("SELECT colour FROM notes_sync"), "red");
}

#[test]
fn an_older_program_keeps_what_a_newer_one_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    let mut stored = with_unknown_cells();
    let todo = note(9, &[("what", json!("bread"))]);
    put(&new, "notes", &stored);
    put(&new, "todos", &todo);
    drop(new);

    let old = open(&path);
    assert_eq!(get(&old, "notes", id(1)).as_ref(), Some(&stored));
    let mut seen = get(&old, "todos", id(9)).unwrap();
    stored.row.set("title", stamp(9_999), json!("renamed"));
    put(&old, "notes", &stored);
    seen.row.set("what", stamp(9_999), json!("butter"));
    seen.key = None;
    put(&old, "todos", &seen);
    assert_eq!((&old as &dyn Store).view(|tx| tx.scan("todos", None, 9)).unwrap().len(), 1);
    drop(old);

    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    stored.key = NEWER_NOTES.key_of(&stored.row);
    assert_eq!(get(&new, "notes", id(1)), Some(stored));
    let key = CHORES.key_of(&seen.row).unwrap();
    let found = (&new as &dyn Store).view(|tx| tx.with_key("todos", &key)).unwrap();
    assert_eq!(found, [id(9)], "the file knows the key where the program does not");
}

#[test]
fn a_program_that_runs_notices_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let old = open(&path);
    let mut stored = with_unknown_cells();
    put(&old, "notes", &stored);
    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    stored.row.set("stars", stamp(8_000), json!(4));
    put(&new, "notes", &stored);
    assert_eq!(get(&old, "notes", id(1)).as_ref(), Some(&stored));
    stored.row.set("title", stamp(8_001), json!("b"));
    put(&old, "notes", &stored);
    assert_eq!(get(&new, "notes", id(1)).as_ref(), Some(&stored));
    put(&old, "todos", &note(9, &[("what", json!("bread"))]));
    let found = (&new as &dyn Store).view(|tx| tx.find("todos", &Find::default())).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_field_that_changes_its_kind_keeps_every_value() {
    static BEFORE: EntityDescriptor =
        EntityDescriptor { fields: &[Field::new("name", Kind::Int)], natural_key: &[], ..FOLDERS };
    static AFTER: EntityDescriptor =
        EntityDescriptor { fields: &[Field::new("name", Kind::Text)], natural_key: &[], ..FOLDERS };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let rows = [note(1, &[("name", json!(12))]), note(2, &[("name", json!("12"))])];
    let rows = rows.map(|it| Stored { key: None, ..it });
    for round in 0..4 {
        let entity = if round % 2 == 0 { &BEFORE } else { &AFTER };
        let store = SqliteStore::open(&path, schema_of(&[entity])).unwrap();
        for row in &rows {
            if round == 0 {
                put(&store, "folders", row);
            }
            assert_eq!(get(&store, "folders", row.id).as_ref(), Some(row), "round {round}");
        }
        let value = if round % 2 == 0 { json!(12) } else { json!("12") };
        let find = by("name", value);
        let found = (&store as &dyn Store).view(|tx| tx.find("folders", &find));
        assert_eq!(found.unwrap().len(), 1, "round {round}");
    }
}

#[test]
fn a_field_that_becomes_local_or_synced_keeps_both_values() {
    static BEFORE: EntityDescriptor = EntityDescriptor { natural_key: &[], ..FOLDERS };
    static AFTER: EntityDescriptor = EntityDescriptor {
        fields: &[Field::new("name", Kind::Text).local()],
        natural_key: &[],
        ..FOLDERS
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut row = Stored { key: None, ..note(1, &[("name", json!("synced"))]) };
    row.local.insert("name".into(), json!("local"));
    for (round, entity) in [&BEFORE, &AFTER, &BEFORE].into_iter().enumerate() {
        let store = SqliteStore::open(&path, schema_of(&[entity])).unwrap();
        if round == 0 {
            put(&store, "folders", &row);
        }
        assert_eq!(get(&store, "folders", id(1)).as_ref(), Some(&row), "round {round}");
    }
}

#[test]
fn opening_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    let version = store.version().unwrap();
    let again = open(&path);
    assert_eq!(store.version().unwrap(), version);
    assert_eq!(again.schema().fingerprint(), store.schema().fingerprint());
    assert!(NOTES.field("title").is_some());
}

#[test]
fn a_file_without_the_index_of_deleted_rows_gets_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    put(&open(&path), "notes", &with_unknown_cells());
    common::sql(&path).execute_batch(r#"DROP INDEX "notes.deleted""#).unwrap();
    let store = open(&path);
    let has: i64 = common::sql(&path)
        .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'notes.deleted'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(has, 1);
    let version = store.version().unwrap();
    let again = open(&path);
    assert_eq!(store.version().unwrap(), version, "it is looked for, not made again");
    assert_eq!(get(&again, "notes", id(1)), Some(with_unknown_cells()));
}

#[test]
fn a_file_whose_ids_are_texts_is_brought_up_to_date_and_copied_before() {
    of_an_earlier_layout(5, include_str!("layout5.sql"));
}

#[test]
fn a_file_whose_journal_has_an_entry_for_each_row_is_brought_up_to_date_and_copied_before() {
    of_an_earlier_layout(6, include_str!("layout6.sql"));
}

#[test]
fn a_file_whose_rows_alone_say_what_the_hub_holds_is_brought_up_to_date_and_copied_before() {
    of_an_earlier_layout(7, include_str!("layout7.sql"));
}

/// The rows, the queue, the log and the journal of a file that `sql` makes.
fn of_an_earlier_layout(version: i64, sql: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    common::sql(&path).execute_batch(sql).unwrap();
    let store = open(&path);
    let mut first = note(
        1,
        &[
            ("title", json!("a")),
            ("score", json!(0.5)),
            ("done", json!(true)),
            ("body", json!({ "b": [1, null] })),
            ("folder", json!(id(5).to_string())),
            ("colour", json!("red")),
        ],
    );
    first.row.set("order", stamp(5), json!(2));
    first.row.set("deleted_at", stamp(6), json!(null));
    first.local.insert("draft".into(), json!("mine"));
    (first.hash, first.acked, first.seq, first.born) = (7, true, Seq(3), true);
    let shouted = id(5).to_string().to_uppercase();
    let mut second = note(2, &[("title", json!("b")), ("folder", json!(shouted))]);
    second.row.set("deleted_at", Stamp::machine(9, 1, 2, 3), json!(77));
    let other = note(9, &[("what", json!("bread"))]);
    let other = Stored { seq: Seq(4), key: None, ..other };
    let folder_row = note(5, &[("name", json!("f"))]);
    let folder_row = Stored { key: FOLDERS.key_of(&folder_row.row), ..folder_row };
    for (entity, row) in
        [("notes", &first), ("notes", &second), ("others", &other), ("folders", &folder_row)]
    {
        assert_eq!(get(&store, entity, row.id).as_ref(), Some(row));
    }
    let store: &dyn Store = &store;
    let found = store.view(|tx| tx.find("notes", &by("folder", json!(id(5).to_string()))));
    let found: Vec<_> = found.unwrap().iter().map(|it| it.id).collect();
    assert_eq!(found, [id(1)]);
    let queue = |list| store.view(|tx| tx.queue(list, QueueId::default(), 9)).unwrap();
    let ids = |list| queue(list).iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(QueueList::Waiting), [id(9), id(2)]);
    assert_eq!(ids(QueueList::Excluded), [id(1)]);
    let parked = &queue(QueueList::Parked)[0];
    assert_eq!((parked.id, parked.parked(), parked.change), (id(5), Some("too large"), 3));
    assert_eq!(parked.fields, [("title".into(), true)].into());
    let counts = store.view(|tx| tx.queue_counts()).unwrap();
    assert_eq!(counts, QueueCounts { waiting: 2, parked: 1, excluded: 1, held: 0 });
    let log = store.view(|tx| tx.audit_of("notes", id(1))).unwrap();
    let stamps = |it: &AuditEntry| (it.log_id, it.winner_stamp, it.lost_stamp);
    let lost = Stamp::machine(1, 2, 3, 4);
    let expected = [2, 1].map(|it| (Some(LogId(it)), stamp(2), lost));
    assert_eq!(log.iter().map(stamps).collect::<Vec<_>>(), expected);
    let noted = store.view(|tx| tx.changed_since(0, 9)).unwrap();
    let noted: Vec<_> = noted.iter().map(|it| (it.revision, it.id)).collect();
    assert_eq!(noted, [(1, id(1)), (2, id(9))]);
    assert_eq!(store.view(|tx| tx.meta("device")).unwrap().as_deref(), Some("abc"));
    let count = "SELECT count(*) FROM sqlite_master WHERE name LIKE '%.old'";
    assert_eq!(common::sql(&path).query_row(count, [], |it| it.get::<_, i64>(0)), Ok(0));
    let copy = common::sql(&folder.path().join("a.db.before-8"));
    let found = copy.pragma_query_value(None, "user_version", |it| it.get::<_, i64>(0));
    assert_eq!(found, Ok(version), "what was there before is beside it");
    let entry = AuditEntry { log_id: None, ..log[0].clone() };
    store.transact(Durability::Normal, |tx| tx.prune_audit(u64::MAX)).unwrap();
    store.transact(Durability::Normal, |tx| tx.record(&entry)).unwrap();
    let log = store.view(|tx| tx.audit_of("notes", id(1))).unwrap();
    assert_eq!(log[0].log_id, Some(LogId(3)), "no number of the log is given twice");
}

/// A row that this program learns about takes its queue entry along.
#[test]
fn what_waits_and_what_the_hub_holds_outlive_new_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let old = open(&path);
    let (deleted, title) = (("deleted_at".into(), true), ("title".into(), false));
    let queued = Queued { fields: [deleted, title].into(), ..common::queued("notes", 1) };
    for entity in ["notes", "todos"] {
        put(&old, entity, &note(1, &[("title", json!("a"))]));
        put(&old, entity, &note(2, &[("title", json!("b"))]));
        let queued = Queued { entity: entity.into(), ..queued.clone() };
        (&old as &dyn Store)
            .transact(Durability::Full, |tx| {
                tx.enqueue(&queued)?;
                let number = tx.queued(entity, id(1))?.unwrap().queue_id;
                tx.acknowledge_after(entity, id(1), number, Held::default(), 7).map(drop)
            })
            .unwrap();
    }
    drop(old);
    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    for entity in ["notes", "todos"] {
        let view: &dyn Store = &new;
        let found = view.view(|tx| tx.queued(entity, id(1))).unwrap().unwrap();
        assert_eq!(found.fields, queued.fields, "{entity}");
        let held = |number| view.view(|tx| tx.held(entity, id(number))).unwrap();
        assert_eq!(held(1), Some(Held { hash: 7, acked: true }), "{entity}");
        assert_eq!(held(2), Some(Held::default()), "{entity}");
    }
}

#[test]
fn a_row_that_moves_to_its_table_keeps_its_queue_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let old = open(&path);
    put(&old, "todos", &note(9, &[("what", json!("bread"))]));
    let queued = common::queued("todos", 9);
    (&old as &dyn Store).transact(Durability::Full, |tx| tx.enqueue(&queued)).unwrap();
    drop(old);
    let new = SqliteStore::open(&path, newer_schema()).unwrap();
    let new: &dyn Store = &new;
    let moved = new.view(|tx| tx.queued("todos", id(9))).unwrap().unwrap();
    assert_eq!(moved.fields, queued.fields);
    new.transact(Durability::Full, |tx| tx.dequeue("todos", id(9))).unwrap();
    assert_eq!(new.view(|tx| tx.queue_counts()).unwrap(), QueueCounts::default());
}

#[test]
fn a_file_whose_messages_have_other_ids_is_refused_and_left_as_it_is() {
    for version in 1..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        put(&open(&path), "notes", &with_unknown_cells());
        common::sql(&path).pragma_update(None, "user_version", version).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = SqliteStore::open(&path, common::schema()).err().unwrap().to_string();
        assert!(error.contains(&format!("layout is {version}")), "{error}");
        assert!(error.contains("import your transcripts again"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
