//! What is put comes back, whatever it is.

use std::collections::BTreeMap;

use crate::common::{self, NOTES, get, id, note, open, put, stamp};
use driftline_core::{
    Cell, Durability, Error, Input, Row, Seq, Stamp, Store, Value,
    store::{
        AuditEntry, AuditKind, LogId, Operation, QueueId, QueueList, Queued, Standing, Stored,
    },
    value::canonical,
};
use proptest::prelude::*;
use serde_json::json;

const FIELDS: [&str; 20] = [
    "title",
    "order",
    "score",
    "done",
    "due",
    "body",
    "folder",
    "draft",
    "position",
    "raw",
    "deleted_at",
    "colour",
    "id",
    "seq",
    "stamp",
    "extra",
    "natural_key",
    "",
    "a.b\"c'",
    "rowid",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![i64::MIN, i64::MAX, 0, 1, -1, 1 << 53, (1 << 53) + 1])
            .prop_map(Value::from),
        (u64::MAX / 2..).prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |it| it.is_finite()).prop_map(Value::from),
        prop::sample::select(vec![0.0, -0.0, 2.0, 0.1, 1e300, 5e-324, f64::MAX, 1e16])
            .prop_map(Value::from),
        "[\\PC\0\"\\\\\n]{0,12}".prop_map(Value::from),
        Just(Value::from(id(5).to_string())),
        Just(Value::from(id(5).to_string().to_uppercase())),
        Just(Value::from("12")),
    ];
    let any = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z\0]{0,3}", inner, 0..3)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    });
    any.prop_map(canonical)
}

fn any_stamp() -> impl Strategy<Value = Stamp> {
    prop_oneof![
        4 => (0_u64..3).prop_map(stamp),
        1 => any::<(u64, u32, u64)>().prop_map(|(a, b, c)| Stamp::person(a, b, c)),
        1 => any::<(u64, u16, u16, u64)>().prop_map(|(a, b, c, d)| Stamp::machine(a, b, c, d)),
    ]
}

fn any_stored() -> impl Strategy<Value = Stored> {
    let field = || prop::sample::select(FIELDS.to_vec());
    let cells = prop::collection::vec((field(), any_stamp(), any_value()), 0..14);
    let local = prop::collection::vec((field(), any_value()), 0..6);
    let rest = (
        prop::option::of("[a-z\0]{0,4}"),
        0..=i64::MAX.cast_unsigned(),
        any::<bool>(),
        any::<u64>(),
        any::<bool>(),
    );
    (cells, local, rest).prop_map(|(cells, local, (key, seq, born, hash, acked))| Stored {
        id: id(1),
        row: Row::from_iter(cells),
        local: local.into_iter().map(|(field, value)| (field.into(), value)).collect(),
        key,
        seq: Seq(seq),
        born,
        hash,
        acked,
    })
}

#[test]
fn any_row_comes_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let other = open(&folder.path().join("a.db"));
    let config = ProptestConfig { cases: 600, source_file: Some(file!()), ..Default::default() };
    proptest!(config, |(stored in any_stored(), entity in prop::sample::select(vec!["notes", "others"]))| {
        put(&store, entity, &stored);
        let back = get(&store, entity, stored.id);
        prop_assert_eq!(back.as_ref(), Some(&stored));
        let scanned = (&other as &dyn Store).view(|tx| tx.scan(entity, None, 9)).unwrap();
        prop_assert_eq!(scanned, vec![stored]);
    });
}

#[test]
fn absent_null_and_default_are_three_things() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let mut stored =
        note(1, &[("title", Value::Null), ("done", json!(false)), ("draft", json!(1))]);
    stored.local.insert("draft".into(), Value::Null);
    stored.local.insert("position".into(), json!(0));
    put(&store, "notes", &stored);
    let back = get(&store, "notes", id(1)).unwrap();
    assert_eq!(back.row.cell("title").unwrap().value, Value::Null);
    assert_eq!(back.row.cell("done").unwrap().value, json!(false));
    assert_eq!(back.row.cell("order"), None);
    assert_eq!(back.local.get("draft"), Some(&Value::Null), "a cell of that name is another thing");
    assert_eq!(back, stored);
}

#[test]
fn most_stamps_are_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    let mut stored = note(1, &[("title", json!("a")), ("order", json!(1)), ("done", json!(true))]);
    put(&store, "notes", &stored);
    let read = || -> ([u8; 19], Option<String>, Option<String>) {
        let sql = "SELECT stamp, stamps, extra FROM notes";
        common::sql(&path)
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
    };
    assert_eq!(read(), (stamp(1_001).to_bytes(), None, None));
    stored.row.set("order", stamp(5), json!(2));
    put(&store, "notes", &stored);
    let listed = format!("{{\"order\":\"{}\"}}", stamp(5));
    assert_eq!(read(), (stamp(1_001).to_bytes(), Some(listed), None));
}

#[test]
fn numbers_and_depths_beyond_what_a_file_can_hold_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    let nested = |depth| (0..depth).fold(Value::from(1), |it, _| Value::from(vec![it]));
    let fits = note(1, &[("body", nested(124)), ("unknown", nested(124))]);
    put(store, "notes", &fits);
    assert_eq!(get(store, "notes", id(1)), Some(fits));
    for stored in [note(2, &[("body", nested(125))]), Stored { seq: Seq(u64::MAX), ..note(2, &[]) }]
    {
        let error = store.transact(Durability::Full, |tx| tx.put("notes", &stored)).unwrap_err();
        assert!(matches!(error, Error::Invalid { what: Input::Value, .. }), "{error}");
        assert_eq!(get(store, "notes", id(2)), None);
    }
}

#[test]
fn hostile_text_in_a_file_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    let deep = "[".repeat(100_000);
    for (column, text) in [
        ("extra", "{"),
        ("extra", deep.as_str()),
        ("extra", "{\"a\":{\"stamp\":\"x\"}}"),
        ("extra", "[]"),
        ("stamps", "{\"title\":1}"),
        ("stamp", "xyz"),
        ("stamp", "é000000000000000000000000000000000000"),
        ("body", "nonsense"),
        ("done", "maybe"),
        ("done", "7"),
        ("seq", "many"),
    ] {
        put(&store, "notes", &note(1, &[("body", json!([1])), ("done", json!(true))]));
        common::sql(&path).execute(&format!("UPDATE notes SET {column} = ?1"), [text]).unwrap();
        let error = (&store as &dyn Store).view(|tx| tx.scan("notes", None, 9)).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{column} = {text:.40}: {error}");
        assert!(error.to_string().len() < 400, "{error}");
        common::sql(&path).execute("DELETE FROM notes", []).unwrap();
    }
    for (column, bytes) in [("id", &b"not an id"[..]), ("folder", b"short"), ("stamp", &[2; 19])] {
        put(&store, "notes", &note(1, &[("folder", json!(id(5).to_string()))]));
        common::sql(&path).execute(&format!("UPDATE notes SET {column} = ?1"), [bytes]).unwrap();
        let error = (&store as &dyn Store).view(|tx| tx.scan("notes", None, 9)).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{column}: {error}");
        common::sql(&path).execute("DELETE FROM notes", []).unwrap();
    }
}

#[test]
fn queue_and_log_entries_come_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    let mut queued = Queued {
        queue_id: QueueId::default(),
        entity: "notes".into(),
        id: id(1),
        operation: Operation::Update,
        fields: BTreeMap::from([("title".into(), true), ("\0\"".into(), false)]),
        change: 7,
        created_at: 1_700_000_000_000,
        attempts: u32::MAX,
        last_error: Some("a\0b".into()),
        failures: 2,
        failed_at: 1_700_000_000_001,
        standing: Standing::Waiting,
    };
    let mut entry = AuditEntry {
        log_id: None,
        at: 5,
        kind: AuditKind::Conflict,
        entity: "notes".into(),
        id: id(1),
        field: "body".into(),
        winner: json!({"a": [0.1, null, "\0"]}),
        winner_stamp: stamp(3),
        lost: Value::Null,
        lost_stamp: Stamp::machine(1, 2, 3, 4),
        rule: "the later write wins".into(),
    };
    store
        .transact(Durability::Full, |tx| {
            tx.put("notes", &note(1, &[]))?;
            tx.enqueue(&queued)?;
            tx.record(&entry)
        })
        .unwrap();
    let waiting = store.view(|tx| tx.queue(QueueList::Waiting, QueueId::default(), 9)).unwrap();
    (queued.queue_id, entry.log_id) = (waiting[0].queue_id, Some(LogId(1)));
    let read = || {
        store.view(|tx| {
            let waiting = tx.queue(QueueList::Waiting, QueueId::default(), 9)?;
            Ok((tx.queued("notes", id(1))?, waiting, tx.audit(None, 9)?))
        })
    };
    assert_eq!(read().unwrap(), (Some(queued.clone()), vec![queued], vec![entry.clone()]));
    entry.winner = json!("restored");
    store.transact(Durability::Full, |tx| tx.record(&entry)).unwrap();
    assert_eq!(read().unwrap().2, vec![entry]);
}

#[test]
fn a_deleted_row_is_found_as_deleted_whatever_its_mark_looks_like() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let mut stored = note(1, &[("title", json!("a"))]);
    stored.row.set("deleted_at", stamp(9), json!("yesterday"));
    assert!(stored.row.is_deleted());
    put(&store, "notes", &stored);
    assert_eq!(get(&store, "notes", id(1)).as_ref(), Some(&stored));
    assert_eq!(common::found(&store, &Default::default()).unwrap(), []);
    stored.row.set("deleted_at", stamp(10), Value::Null);
    put(&store, "notes", &stored);
    assert_eq!(common::found(&store, &Default::default()).unwrap(), [id(1)]);
    let cell: Option<&Cell> = stored.row.cell("deleted_at");
    assert_eq!(get(&store, "notes", id(1)).unwrap().row.cell("deleted_at"), cell);
    assert!(NOTES.field("deleted_at").is_none());
}
