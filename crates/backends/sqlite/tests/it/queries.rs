//! Finding, ordering, feeding, queueing and the views.

use crate::common::{self, found, id, note, open, put, stamp};
use driftline_core::{
    Cursor, Durability, Error, Id, Input, Seq, Stamp, Store, Value,
    store::{
        AuditEntry, AuditKind, Deleted, Find, Held, Hold, QueueCounts, QueueId, QueueList, Queued,
        Standing, Stored,
    },
};
use driftline_sqlite::SqliteStore;
use serde_json::json;

fn filled() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let rows = [
        (1, json!("b"), json!(10), json!(true)),
        (2, json!("B"), json!(9), json!(false)),
        (3, json!("a"), Value::Null, json!(true)),
        (4, Value::Null, json!(-1), Value::Null),
    ];
    for (number, title, order, done) in rows {
        put(&store, "notes", &note(number, &[("title", title), ("order", order), ("done", done)]));
    }
    let mut absent = note(5, &[("score", json!(2)), ("due", json!(3))]);
    absent.local.insert("position".into(), json!(4));
    put(&store, "notes", &absent);
    (folder, store)
}

fn ids(numbers: &[u64]) -> Vec<Id> {
    numbers.iter().map(|it| id(*it)).collect()
}

fn by(field: &'static str, value: Value) -> Find {
    Find { equal: vec![(field.into(), value)], ..Find::default() }
}

#[test]
fn rows_are_ordered_nulls_first_then_by_value_then_by_id() {
    let (_folder, store) = filled();
    let by = |field: &'static str, descending| {
        let find = Find { order: Some(field.into()), descending, ..Find::default() };
        found(&store, &find).unwrap()
    };
    assert_eq!(by("order", false), ids(&[3, 5, 4, 2, 1]));
    assert_eq!(by("order", true), ids(&[1, 2, 4, 5, 3]));
    assert_eq!(by("title", false), ids(&[4, 5, 2, 3, 1]));
    assert_eq!(by("done", false), ids(&[4, 5, 2, 1, 3]));
    assert_eq!(by("deleted_at", false), ids(&[1, 2, 3, 4, 5]));
    assert_eq!(by("id", true), ids(&[5, 4, 3, 2, 1]));
}

#[test]
fn filters_match_values_nulls_and_nothing_that_cannot_be() {
    let (_folder, store) = filled();
    let find = |field, value| found(&store, &by(field, value)).unwrap();
    assert_eq!(find("title", json!("b")), ids(&[1]));
    assert_eq!(find("title", Value::Null), ids(&[4, 5]));
    assert_eq!(find("done", json!(true)), ids(&[1, 3]));
    assert_eq!(find("score", json!(2)), ids(&[5]));
    assert_eq!(find("score", json!(2.0)), ids(&[5]));
    assert_eq!(find("position", json!(4)), ids(&[5]));
    assert_eq!(find("id", json!(id(3).to_string())), ids(&[3]));
    assert_eq!(find("order", json!("10")), [], "a text is no number");
    assert_eq!(find("done", json!(1)), []);
    assert_eq!(find("folder", json!("nowhere")), []);
    assert_eq!(find("title", json!("x' OR 1=1 --")), []);
    let without = |field, value: Value| found(&store, &Find::new().unless(field, value)).unwrap();
    assert_eq!(without("done", json!(true)), ids(&[2, 4, 5]), "nothing is not yes");
    assert_eq!(without("title", Value::Null), ids(&[1, 2, 3]));
    assert_eq!(without("done", json!(1)), ids(&[1, 2, 3, 4, 5]));
    let unset_or =
        |field, value: Value| found(&store, &Find::new().unset_or(field, value)).unwrap();
    assert_eq!(unset_or("done", json!(false)), ids(&[2, 4, 5]));
    assert_eq!(unset_or("order", json!(9)), ids(&[2, 3, 5]));
    assert_eq!(unset_or("order", json!("9")), ids(&[3, 5]), "a text is no number");
    let all_three = Find::new().equal("done", true).unless("title", "a").unset_or("order", 10);
    assert_eq!(found(&store, &all_three).unwrap(), ids(&[1]));
    let both = Find::new().equal("title", "b").unless("done", true);
    assert_eq!(found(&store, &both).unwrap(), []);
    let error = found(&store, &by("colour", json!("red"))).unwrap_err();
    assert!(matches!(error, Error::Invalid { what: Input::Field, .. }), "{error}");
    let unknown = (&store as &dyn Store).view(|tx| tx.find("todos", &Find::default()));
    assert!(matches!(unknown, Err(Error::Invalid { what: Input::Entity, .. })));
}

#[test]
fn pages_and_deleted_rows() {
    let (_folder, store) = filled();
    let mut gone = note(2, &[("title", json!("B"))]);
    gone.row.set("deleted_at", stamp(99), json!(99));
    put(&store, "notes", &gone);
    let page = |deleted, offset, limit| Find {
        deleted,
        offset,
        limit: Some(limit).filter(|it| *it > 0),
        ..Find::default()
    };
    let list = |find: &Find| found(&store, find).unwrap();
    assert_eq!(list(&page(Deleted::Hidden, 0, 0)), ids(&[1, 3, 4, 5]));
    assert_eq!(list(&page(Deleted::Hidden, 1, 2)), ids(&[3, 4]));
    assert_eq!(list(&page(Deleted::Only, 0, 0)), ids(&[2]));
    assert_eq!(list(&page(Deleted::Included, 3, usize::MAX)), ids(&[4, 5]));
    let count = |find: &Find| (&store as &dyn Store).view(|tx| tx.count("notes", find)).unwrap();
    assert_eq!(count(&page(Deleted::Hidden, 1, 2)), 4);
    assert_eq!(count(&page(Deleted::Only, 0, 0)), 1);
    assert_eq!(count(&page(Deleted::Included, 0, 0)), 5);
    assert_eq!(count(&by("done", json!(true))), 2);
    assert_eq!(count(&by("order", json!("ten"))), 0);
    put(&store, "notes", &note(2, &[("title", json!("B"))]));
    assert_eq!(count(&page(Deleted::Hidden, 0, 0)), 5, "what came back counts again");
}

#[test]
fn the_feed_is_in_order_over_all_entities() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    let places = [("notes", 1, 30), ("folders", 7, 10), ("unknown", 8, 20), ("notes", 3, 40)];
    for (entity, number, seq) in places {
        put(store, entity, &Stored { seq: Seq(seq), ..note(number, &[]) });
    }
    let feed = |after, limit| -> Vec<(String, u64)> {
        let rows = store.view(|tx| tx.feed(Cursor(after), limit)).unwrap();
        rows.into_iter().map(|it| (it.entity, it.stored.seq.0)).collect()
    };
    let all = [("folders", 10), ("unknown", 20), ("notes", 30), ("notes", 40)];
    let all: Vec<_> = all.iter().map(|(entity, seq)| ((*entity).to_owned(), *seq)).collect();
    assert_eq!(feed(0, 99), all);
    assert_eq!(feed(0, 2), all[..2]);
    assert_eq!(feed(20, 99), all[2..]);
    assert_eq!(feed(u64::MAX, 99), []);
    let names = store.view(|tx| tx.stored_entities()).unwrap();
    assert_eq!(names, ["folders", "notes", "unknown"]);
}

#[test]
fn rows_are_found_by_key_scanned_in_pages_and_removed() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    put(store, "notes", &note(6, &[("title", json!("b"))]));
    let other = Stored { key: Some("k".into()), ..note(8, &[]) };
    put(store, "unknown", &other);
    let keys = |entity: &str, key: &str| store.view(|tx| tx.with_key(entity, key)).unwrap();
    assert_eq!(keys("notes", "[\"b\"]"), ids(&[1, 6]));
    assert_eq!(keys("unknown", "k"), ids(&[8]));
    assert_eq!(keys("else", "k"), []);
    let scan = |after: Option<Id>| -> Vec<Id> {
        let rows = store.view(|tx| tx.scan("notes", after, 3)).unwrap();
        rows.iter().map(|it| it.id).collect()
    };
    assert_eq!(scan(None), ids(&[1, 2, 3]));
    assert_eq!(scan(Some(id(3))), ids(&[4, 5, 6]));
    store
        .transact(Durability::Full, |tx| {
            tx.remove("notes", id(1))?;
            tx.remove("unknown", id(8))?;
            tx.remove("notes", id(77))
        })
        .unwrap();
    assert_eq!(keys("notes", "[\"b\"]"), ids(&[6]));
    assert_eq!(common::get(store, "unknown", id(8)), None);
}

#[test]
fn forgetting_the_hub_clears_the_hash_of_every_row() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    for entity in ["notes", "unknown"] {
        put(store, entity, &Stored { hash: u64::MAX, acked: true, ..note(1, &[]) });
    }
    store.transact(Durability::Full, |tx| tx.forget_hub()).unwrap();
    for entity in ["notes", "unknown"] {
        let stored = common::get(store, entity, id(1)).unwrap();
        assert_eq!((stored.hash, stored.acked), (0, true));
    }
}

#[test]
fn what_a_hub_holds_is_noted_and_the_rest_of_a_row_stays() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    let row = note(9, &[("title", json!("a")), ("later", json!([1]))]);
    for entity in ["notes", "others"] {
        put(store, entity, &row);
        let held = || store.view(|tx| tx.held(entity, id(9))).unwrap();
        assert_eq!(held(), Some(Held { hash: 0, acked: false }));
        let hash = u64::MAX - 7;
        store.transact(Durability::Normal, |tx| tx.acknowledge(entity, id(9), hash)).unwrap();
        assert_eq!(held(), Some(Held { hash, acked: true }));
        let now = store.view(|tx| tx.get(entity, id(9))).unwrap();
        assert_eq!(now, Some(Stored { hash, acked: true, ..row.clone() }));
        store.transact(Durability::Normal, |tx| tx.acknowledge(entity, id(77), 1)).unwrap();
        assert_eq!(store.view(|tx| tx.held(entity, id(77))).unwrap(), None);
    }
}

/// As a row is acknowledged that was sent, edited, sent again, and sent once more as it was.
#[test]
fn an_answer_counts_for_what_was_known_when_its_call_was_made() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    for entity in ["notes", "others"] {
        let row = note(9, &[("title", json!("a"))]);
        store.transact(Durability::Normal, |tx| tx.insert(entity, &row)).unwrap();
        store.transact(Durability::Normal, |tx| tx.enqueue(&common::queued(entity, 9))).unwrap();
        let entry = store.view(|tx| tx.queued(entity, id(9))).unwrap().unwrap();
        let answer = |was: Held, hash| {
            let job = |tx: &mut dyn driftline_core::store::StoreTx| {
                tx.acknowledge_after(entity, id(9), entry.queue_id, was, hash)
            };
            store.transact(Durability::Normal, job).unwrap()
        };
        let held = || store.view(|tx| tx.held(entity, id(9))).unwrap().unwrap();
        let known = |hash| Held { hash, acked: true };
        assert!(!answer(known(1), 2), "it was not acknowledged");
        assert!(answer(Held::default(), 1));
        assert!(!answer(Held::default(), 3), "it was acknowledged meanwhile");
        assert!(answer(known(1), 2), "it is acknowledged again, unwritten");
        assert_eq!(held(), known(2));
        let stored = common::get(store, entity, id(9)).unwrap();
        assert_eq!((stored.hash, stored.acked), (2, true));
        assert_eq!(store.view(|tx| tx.scan(entity, None, 99)).unwrap().last(), Some(&stored));
        assert_eq!(store.view(|tx| tx.waiting_row(&entry)).unwrap(), Some(stored.clone()));
        put(store, entity, &stored);
        assert!(!answer(known(1), 5));
        assert!(answer(known(2), 3), "it is acknowledged again, written");
        assert_eq!(held(), known(3));
        store.transact(Durability::Normal, |tx| tx.forget_hub()).unwrap();
        assert_eq!(held(), known(0));
        put(store, entity, &Stored { hash: 0, acked: false, ..stored });
        assert_eq!(held(), Held::default(), "the device left the hub");
        assert!(answer(Held::default(), 4));
        store.transact(Durability::Normal, |tx| tx.forget_hub()).unwrap();
        assert_eq!(held(), known(0));
        store.transact(Durability::Normal, |tx| tx.remove(entity, id(9))).unwrap();
        store.transact(Durability::Normal, |tx| tx.insert(entity, &row)).unwrap();
        assert_eq!(held(), Held::default(), "it is another row with the number of that one");
    }
}

fn queued(number: u64) -> Queued {
    common::queued("notes", number)
}

#[test]
fn entries_are_in_the_order_of_their_rows_and_counted() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    let write =
        |job: &dyn Fn(&mut dyn driftline_core::store::StoreTx) -> driftline_core::Result<()>| {
            store.transact(Durability::Full, |tx| job(tx)).unwrap();
        };
    for number in 1..=3 {
        write(&|tx| tx.enqueue(&queued(number)));
    }
    write(&|tx| tx.enqueue(&Queued { change: 2, ..queued(1) }));
    write(&|tx| {
        tx.enqueue(&Queued { standing: Standing::Parked("too large".into()), ..queued(2) })
    });
    let list = |list, after| -> Vec<(Id, QueueId)> {
        let entries = store.view(|tx| tx.queue(list, after, 9)).unwrap();
        entries.iter().map(|it| (it.id, it.queue_id)).collect()
    };
    let ids = |list: Vec<(Id, QueueId)>| list.iter().map(|it| it.0).collect::<Vec<_>>();
    let waiting = list(QueueList::Waiting, QueueId::default());
    assert_eq!(ids(waiting.clone()), [id(1), id(3)]);
    assert_eq!(ids(list(QueueList::Parked, QueueId::default())), [id(2)]);
    assert_eq!(ids(list(QueueList::Waiting, waiting[0].1)), [id(3)]);
    let counts = || store.view(|tx| tx.queue_counts()).unwrap();
    assert_eq!(counts(), QueueCounts { waiting: 2, parked: 1, excluded: 0, held: 0 });
    write(&|tx| tx.dequeue("notes", id(1)));
    write(&|tx| tx.dequeue("notes", id(1)));
    assert_eq!(counts(), QueueCounts { waiting: 1, parked: 1, excluded: 0, held: 0 });
    write(&|tx| tx.enqueue(&queued(1)));
    assert_eq!(list(QueueList::Waiting, QueueId::default()), waiting);
    let hold = Hold { fields: [("title".into(), "github-token".into())].into(), kept: true };
    let kept = [Standing::Excluded("/src".into()), Standing::Held(hold)];
    for (standing, of) in kept.iter().zip([QueueList::Excluded, QueueList::Held]) {
        write(&|tx| tx.enqueue(&Queued { standing: standing.clone(), ..queued(1) }));
        assert_eq!(
            store.view(|tx| tx.queued("notes", id(1))).unwrap().unwrap().standing,
            *standing
        );
        for it in QueueList::ALL {
            assert_eq!(ids(list(it, QueueId::default())).contains(&id(1)), it == of, "{it:?}");
        }
        let (excluded, held) = match of {
            QueueList::Held => (0, 1),
            _ => (1, 0),
        };
        assert_eq!(counts(), QueueCounts { waiting: 1, parked: 1, excluded, held });
    }
    write(&|tx| tx.enqueue(&queued(1)));
    // A row takes its entry with it, and the next one does not get it.
    write(&|tx| tx.remove("notes", id(3)));
    assert_eq!(counts(), QueueCounts { waiting: 1, parked: 1, excluded: 0, held: 0 });
    write(&|tx| tx.put("notes", &note(99, &[])));
    assert_eq!(store.view(|tx| tx.queued("notes", id(99))).unwrap(), None);
    let absent = store.transact(Durability::Full, |tx| tx.enqueue(&queued(98)));
    assert!(absent.unwrap_err().to_string().contains("which is not here"));
    write(&|tx| tx.clear(&[]));
    assert_eq!(counts(), QueueCounts::default());
}

#[test]
fn the_log_is_read_newest_first_and_pruned_by_age() {
    let (_folder, store) = filled();
    let store: &dyn Store = &store;
    let entry = |at, kind| AuditEntry {
        log_id: None,
        at,
        kind,
        entity: "notes".into(),
        id: id(1),
        field: "title".into(),
        winner: json!(1),
        winner_stamp: stamp(2),
        lost: json!(2),
        lost_stamp: stamp(1),
        rule: "later".into(),
    };
    let kinds = [AuditKind::Conflict, AuditKind::History, AuditKind::Conflict];
    for (at, kind) in (10..).zip(kinds) {
        store.transact(Durability::Full, |tx| tx.record(&entry(at, kind))).unwrap();
    }
    let list = |kind, limit| -> Vec<u64> {
        let entries = store.view(|tx| tx.audit(kind, limit)).unwrap();
        entries.iter().map(|it| it.at).collect()
    };
    assert_eq!(list(None, 9), [12, 11, 10]);
    assert_eq!(list(Some(AuditKind::Conflict), 9), [12, 10]);
    assert_eq!(list(None, 1), [12]);
    store.transact(Durability::Full, |tx| tx.prune_audit(11)).unwrap();
    assert_eq!(list(None, 9), [12, 11]);
}

#[test]
fn views_show_how_far_each_row_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    // A rank in the top bits, as imports write it; then two stamps; then only nulls.
    let rank = 5 << 41 | 1_234;
    let mut imported = Stored { acked: true, ..Stored::new(id(1)) };
    imported.row.set("title", Stamp::machine(rank, 1, 1, 1), json!("a"));
    put(&store, "notes", &imported);
    let mut edited = note(2, &[("title", json!("b")), ("order", json!(1)), ("new", json!(1))]);
    edited.row.set("done", stamp(50_000), json!(true));
    put(&store, "notes", &edited);
    edited.id = id(3);
    edited.row.set("new", Stamp::person(1 << 42, 0, 1), json!(2));
    edited.row.set("deleted_at", stamp(60_000), json!(60_000));
    put(&store, "notes", &edited);
    put(&store, "notes", &Stored::new(id(4)));
    (&store as &dyn Store)
        .transact(Durability::Full, |tx| {
            tx.enqueue(&queued(2))?;
            tx.enqueue(&Queued { standing: Standing::Parked("no".into()), ..queued(3) })
        })
        .unwrap();
    type Line = (Option<String>, Option<String>, String, Option<i64>, Option<i64>);
    let connection = common::sql(&path);
    let mut select = connection
        .prepare(
            "SELECT title, remote_id, sync_status, updated_at, deleted_at FROM notes_sync ORDER BY id",
        )
        .unwrap();
    let lines = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .unwrap();
    let lines: Vec<Line> = lines.map(Result::unwrap).collect();
    let text = |it: &str| Some(it.to_owned());
    assert_eq!(
        lines,
        [
            (text("a"), Some(id(1).to_string()), "synced".to_owned(), Some(1_234), None),
            (text("b"), None, "pending".to_owned(), Some(50_000), None),
            (text("b"), None, "parked".to_owned(), Some(1 << 42), Some(60_000)),
            (None, None, "synced".to_owned(), None, None),
        ]
    );
}

#[test]
fn queries_by_indexed_fields_use_their_index() {
    let (folder, _store) = filled();
    let path = folder.path().join("a.db");
    // Each time anew: to explain is not to look whether the tables are still the same.
    let plan = |sql: &str| -> String {
        let connection = common::sql(&path);
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = explain.query_map([], |row| row.get::<_, String>(3)).unwrap();
        lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for (sql, index) in [
        ("SELECT * FROM notes WHERE due = 1 AND deleted_at IS NULL ORDER BY id", "notes.by.due"),
        ("SELECT seq, id FROM notes WHERE seq > 4 AND seq > 0 ORDER BY seq", "notes.seq"),
        ("SELECT count(*) FROM notes WHERE deleted_at IS NOT NULL", "notes.deleted"),
        ("SELECT id FROM notes WHERE natural_key = 'a' ORDER BY id", "notes.key"),
        (
            "SELECT * FROM sync_queue WHERE parked IS NOT NULL AND kept IS NULL AND id > 1 \
             ORDER BY id",
            "sync_queue.parked",
        ),
        ("SELECT * FROM audit_log WHERE kind = 'conflict' ORDER BY id DESC", "log.conflicts"),
        ("SELECT * FROM notes_sync", "SEARCH q USING INTEGER PRIMARY KEY"),
        ("SELECT count(*) FROM notes WHERE deleted_at IS NOT NULL", "COVERING INDEX notes.deleted"),
        ("SELECT count(*) FROM notes", "COVERING INDEX"),
        (
            "SELECT EXISTS (SELECT 1 FROM notes WHERE deleted_at IS NOT NULL)",
            "COVERING INDEX notes.deleted",
        ),
        (
            "SELECT * FROM notes WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC",
            "notes.deleted",
        ),
    ] {
        let plan = plan(sql);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
    // The few deleted rows are sorted, so that the many others are not read for their order.
    let deleted = plan("SELECT * FROM notes WHERE deleted_at IS NOT NULL ORDER BY +id LIMIT 1");
    assert!(deleted.contains("SEARCH notes USING INDEX notes.deleted"), "{deleted}");
    let of_one = "SELECT * FROM notes WHERE folder = 'a' AND deleted_at IS NULL ORDER BY ";
    let by_id = plan(&format!("{of_one} id"));
    assert!(by_id.contains("notes.by.folder (") && !by_id.contains("TEMP B-TREE"), "{by_id}");
    SqliteStore::open(&path, common::newer_schema()).unwrap();
    for order in ["due, id", "due DESC, id DESC"] {
        let plan = plan(&format!("{of_one}{order} LIMIT 50"));
        assert!(plan.contains("notes.by.folder.due") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
