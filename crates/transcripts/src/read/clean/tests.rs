use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const STARTS: &[&str] = &["{\"parentUuid\":"];

fn pieces(line: &str) -> Vec<Result<&str, &'static str>> {
    Pieces::of(line.as_bytes(), STARTS)
        .map(|it| match it {
            Piece::Object { range, .. } => Ok(&line[range]),
            Piece::Junk(why) => Err(why),
        })
        .collect()
}

fn cleaned(text: &str) -> Value {
    serde_json::from_str(&clean(text)).expect("clean text parses")
}

#[test]
fn every_value_of_a_line_is_found() {
    assert_eq!(
        pieces(" {\"a\":\"}{\\\"\"} \t{\"b\":[]}\r"),
        [Ok("{\"a\":\"}{\\\"\"}"), Ok("{\"b\":[]}")]
    );
    assert_eq!(pieces("\0\0{}"), [Err("not a record: records are JSON objects"), Ok("{}")]);
    assert_eq!(pieces("[{}]{}").len(), 2);
    assert_eq!(pieces("42"), [Err("not a record: records are JSON objects")]);
    assert_eq!(pieces("  "), []);
}

#[test]
fn a_record_behind_a_torn_one_is_found() {
    let whole = "{\"parentUuid\":null}";
    for torn in ["{\"a\":\"hal", "{\"a\":", "{\"a\":{\"b\":[1"] {
        let line = format!("{torn}{whole}");
        let mut pieces = Pieces::of(line.as_bytes(), STARTS);
        let mut found = Vec::new();
        while let Some(piece) = pieces.next() {
            if let Piece::Object { range, .. } = piece {
                if serde_json::from_str::<Value>(&line[range.clone()]).is_err() {
                    pieces.broken(&range);
                }
                found.push(line[range].to_owned());
            }
        }
        assert_eq!(found.last().map(String::as_str), Some(whole), "{torn}");
    }
}

#[test]
fn a_line_of_starts_takes_a_bounded_number_of_passes() {
    let line = STARTS[0].repeat(200_000);
    assert!(pieces(&line).len() <= 20);
}

#[test]
fn lone_surrogates_are_replaced_and_pairs_kept() {
    let text = r#"{"a":"\ud800 \uDC00\ud83d\ude00 \\ud800 \ud800\ud83d\ude00","\ud8":1}"#;
    assert!(serde_json::from_str::<Value>(&clean(text)).is_err(), "a short escape stays broken");
    let text = r#"{"a":"\ud800 \uDC00\ud83d\ude00 \\ud800 \ud800\ud83d\ude00","\udbff":1}"#;
    assert_eq!(
        cleaned(text),
        json!({"a": "\u{fffd} \u{fffd}\u{1f600} \\ud800 \u{fffd}\u{1f600}", "\u{fffd}": 1})
    );
}

#[test]
fn raw_control_characters_survive() {
    assert_eq!(cleaned("{\"a\":\"x\0y\u{1b}z\tw\"}"), json!({"a": "x\0y\u{1b}z\tw"}));
}

#[test]
fn what_is_too_deep_becomes_text() {
    let deep = |n: usize| format!("{}\"\\ud800\"{}", "[".repeat(n), "]".repeat(n));
    let line = format!("{{\"a\":{}}}", deep(63));
    assert!(matches!(Pieces::of(line.as_bytes(), &[]).next(), Some(Piece::Object { .. })));
    assert_eq!(clean(&line), line.replace("\\ud800", "\\ufffd"));

    let line = format!("{{\"a\":{},\"b\":1}}", deep(100_000));
    assert!(matches!(
        Pieces::of(line.as_bytes(), &[]).next(),
        Some(Piece::Object { dirty: true, .. })
    ));
    let value = cleaned(&line);
    assert_eq!(value["b"], 1);
    let mut inner = &value["a"];
    for _ in 0..63 {
        inner = &inner[0];
    }
    assert_eq!(inner.as_str(), Some(deep(100_000 - 63).as_str()));
}

#[test]
fn unclosed_depth_is_cut_off() {
    let line = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(pieces(&line), [Err("the record is cut off")]);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn plain_bytes_are_told_eight_at_a_time(bytes in any::<[u8; 8]>(), odd in 0usize..8,
        byte in prop::sample::select(vec![0, 0x1f, 0x20, b'!', b'"', b'#', b'[', b'\\', 0x7f, 0xff])) {
        let mut bytes = bytes.map(|it| it | 0x40 & !0x1c);
        bytes[odd] = byte;
        let plain = bytes.iter().all(|it| *it >= 0x20 && *it != b'"' && *it != b'\\');
        prop_assert_eq!(is_plain(bytes), plain);
    }

    #[test]
    fn valid_json_is_one_piece_and_cleaning_keeps_it(value in json_value()) {
        let value = json!({"v": value});
        let text = value.to_string();
        prop_assert_eq!(pieces(&text), [Ok(text.as_str())]);
        prop_assert_eq!(cleaned(&text), value);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\"\\ud8c,:0".to_vec())], 0..200)) {
        let mut pieces = Pieces::of(&bytes, STARTS);
        while let Some(piece) = pieces.next() {
            if let Piece::Object { range, .. } = piece {
                let _ = serde_json::from_str::<Value>(&clean(&String::from_utf8_lossy(&bytes[range.clone()])));
                pieces.broken(&range);
            }
        }
        clean(&String::from_utf8_lossy(&bytes));
    }
}
