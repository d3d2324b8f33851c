//! Rows there and back, whatever they hold and whoever wrote them.

use std::collections::BTreeMap;

use driftline_core::{Row, value::canonical};
use proptest::prelude::*;
use serde_json::json;

use super::{incoming::read_value, *};

fn change(value: Value) -> Change {
    let (id, stamp) = (Id::imported(0, &["x"]), Stamp::person(1, 2, 3));
    let row = Row::from_iter([("name", stamp, value)]);
    Change { entity: "notes".into(), id, row, birth: false, whole: true }
}

fn back(out: &Outgoing) -> Result<Change, String> {
    let chunks = out.chunks.iter().map(|it| (it.hash.clone(), it.text.clone())).collect();
    Incoming::read(&out.text)?.finish(&chunks, 64 << 20, None)
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        (0..3_000_usize, any::<char>())
            .prop_map(|(n, it)| Value::from(it.to_string().repeat(n * 100))),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..6)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

fn changes() -> impl Strategy<Value = Change> {
    let stamps = (any::<bool>(), any::<u64>(), any::<u32>(), any::<u64>()).prop_map(
        |(person, time, count, tail)| {
            if person {
                return Stamp::person(time, count, tail);
            }
            Stamp::machine(time, (count >> 16) as u16, (count & 0xffff) as u16, tail)
        },
    );
    let cells = prop::collection::btree_map("[a-z][a-z0-9_]{0,59}", (stamps, values()), 0..6);
    let flags = (any::<bool>(), any::<bool>());
    ("[a-z][a-z0-9_]{0,59}", any::<u64>(), flags, cells).prop_map(
        |(entity, id, (birth, whole), cells)| {
            let cells = cells.into_iter().map(|(field, (s, value))| (field, s, canonical(value)));
            let row = cells.collect();
            let id = Id::imported(id, &["row"]);
            Change { entity, id, row, birth, whole }
        },
    )
}

proptest! {
    #[test]
    fn a_row_comes_back_as_it_went(change in changes()) {
        let out = write(&change, None).unwrap();
        prop_assert_eq!(back(&out).unwrap(), change);
        prop_assert!(out.chunks.iter().all(|it| it.text.len() <= chunk::LARGEST));
    }

    #[test]
    fn no_text_causes_a_panic(text in ".*") {
        let _ = Incoming::read(&text);
        let _ = read_value(text);
    }
}

#[test]
fn a_row_is_written_as_the_contract_says() {
    let out = write(&change(json!({"b": 2.0, "a": "\u{1}\"é"})), None).unwrap();
    let (id, stamp) = (Id::imported(0, &["x"]), Stamp::person(1, 2, 3));
    let expected = format!(
        r#"{{"entity":"notes","id":"{id}","whole":true,"cells":[["name","{stamp}","{{\"a\":\"\\u0001\\\"é\",\"b\":2}}"]]}}"#
    );
    assert_eq!(out.text, expected);
}

#[test]
fn only_a_long_value_travels_in_chunks() {
    let at = |n: usize| write(&change(Value::from("x".repeat(n - 2))), None).unwrap().chunks.len();
    assert_eq!((at(INLINE), at(INLINE + 1)), (0, 1));
    assert_eq!((at(chunk::LARGEST), at(chunk::LARGEST + 1)), (1, 2));
}

#[test]
fn depth_neither_overflows_nor_stops_the_rest() {
    let fits: Value = serde_json::from_str(&nested(DEPTH)).unwrap();
    assert_eq!(back(&write(&change(fits.clone()), None).unwrap()).unwrap(), change(fits.clone()));
    assert!(write(&change(Value::Array(vec![fits])), None).is_err_and(|it| it.contains("nests")));

    for depth in [DEPTH + 1, 128, 1_000_000] {
        assert_eq!(read_value(nested(depth)), Value::String(nested(depth)));
    }
    let quoted = serde_json::to_string(&nested(1_000)).unwrap();
    assert_eq!(read_value(quoted), Value::String(nested(1_000)));
    assert!(*"\"" < *nested(DEPTH + 1), "the original wins against its text");
}

#[test]
fn what_is_written_in_another_way_is_taken_for_what_it_says() {
    for (text, value) in [
        ("2.0", json!(2)),
        ("1e2", json!(100)),
        ("-0", json!(0)),
        (" 1 ", json!(1)),
        ("1e300", json!(1e300)),
        ("1e-400", json!(0)),
        ("123456.7890", json!(123_456.789)),
        ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
        ("{\"b\":1,\"a\":2}", json!({"a": 2, "b": 1})),
        ("[1, 2.0]", json!([1, 2])),
        ("\"\\u0041\\/\"", json!("A/")),
    ] {
        assert_eq!(read_value(text.into()), value, "{text}");
    }
    for text in ["", "nul", "1e400", "\"\\ud800\"", "{\"a\":", "xxxx", "\"\u{0}\"", "1 2"] {
        assert_eq!(read_value(text.into()), Value::from(text), "{text}");
    }
    for text in [
        "0",
        "18446744073709551615",
        "-1.5",
        "1e+300",
        "100000000000000000000",
        "\"\\u0000é\"",
        "null",
    ] {
        assert_eq!(value::text(&read_value(text.into())), text);
    }
}

#[test]
fn a_hostile_row_is_refused() {
    let id = Id::imported(0, &["x"]);
    let stamp = Stamp::person(1, 2, 3);
    for (entity, cells) in [
        ("Notes; drop", String::new()),
        ("notes", format!(r#"["../x","{stamp}","1"]"#)),
        ("notes", format!(r#"["a","{stamp}","1"],["a","{stamp}","2"]"#)),
        ("notes", format!(r#"["a","{stamp}"]"#)),
        ("notes", format!(r#"["a","{stamp}","1",[],1]"#)),
        ("notes", format!(r#"["a","{stamp}","",["../../x"]]"#)),
        ("notes", format!(r#"["a","{stamp}","",[]]"#)),
        ("notes", r#"["a","","1"]"#.into()),
        ("notes", format!(r#"["a","{stamp}",1]"#)),
        ("notes", format!(r#"[null,"{stamp}","1"]"#)),
    ] {
        let text = format!(r#"{{"entity":"{entity}","id":"{id}","cells":[{cells}]}}"#);
        let read = Incoming::read(&text).and_then(|it| it.finish(&BTreeMap::new(), 100, None));
        assert!(read.is_err(), "{text}");
    }
    for text in ["", "null", "{}", "[]", &nested(1_000_000), r#"{"entity":"notes"}"#] {
        assert!(Incoming::read(text).is_err());
    }
}
