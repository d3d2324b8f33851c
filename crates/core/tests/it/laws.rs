//! The laws that make deliveries harmless in any order: rows are a join-semilattice,
//! and stamps as text sort as they compare.

use driftline_core::{PURGED, Row, Stamp, Value, value};
use proptest::prelude::*;

fn stamps() -> impl Strategy<Value = Stamp> {
    let few = 0..3_u64;
    prop_oneof![
        (few.clone(), 0..2_u32, few.clone()).prop_map(|(ms, n, node)| Stamp::person(ms, n, node)),
        (few.clone(), 0..2_u16, 0..2_u16, few).prop_map(|(order, complete, reader, hash)| {
            Stamp::machine(order, complete, reader, hash)
        }),
        (any::<u64>(), any::<u32>(), any::<u64>()).prop_map(|(a, b, c)| Stamp::person(a, b, c)),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..2_i64).prop_map(Value::from),
        "[ab\u{0}é]{0,2}".prop_map(Value::from),
        proptest::collection::vec(0..2_i64, 0..2).prop_map(Value::from),
    ]
}

fn rows() -> impl Strategy<Value = Row> {
    let field = prop_oneof![4 => Just("a"), 4 => Just("b"), 4 => Just("c"), 1 => Just(PURGED)];
    proptest::collection::vec((field, stamps(), values()), 0..4).prop_map(Row::from_iter)
}

fn join(one: &Row, other: &Row) -> Row {
    let mut joined = one.clone();
    joined.join(other.clone());
    joined
}

proptest! {
    #[test]
    fn a_row_is_the_same_whatever_way_its_cells_came(
        cells in proptest::collection::vec(("[a-d]|~purged", stamps(), values()), 0..8),
    ) {
        let at_once = Row::from_iter(cells.clone());
        let mut one_by_one = Row::default();
        for (field, stamp, value) in cells.clone() {
            one_by_one.set(field, stamp, value);
        }
        prop_assert_eq!(&one_by_one, &at_once, "of several cells of a field the last one counts");
        let fields: Vec<_> = at_once.cells().map(|(field, _)| field.clone()).collect();
        prop_assert!(fields.is_sorted_by(|one, other| one < other));
        let text = cells.iter().map(|(field, stamp, value)| {
            format!("{}:{}", Value::from(field.as_str()), serde_json::json!({
                "stamp": stamp.to_string(), "value": value,
            }))
        });
        let text = format!("{{{}}}", text.collect::<Vec<_>>().join(","));
        prop_assert_eq!(&serde_json::from_str::<Row>(&text).unwrap(), &at_once);
        let again = serde_json::to_string(&at_once).unwrap();
        prop_assert_eq!(serde_json::from_str::<Row>(&again).unwrap(), at_once);
    }

    #[test]
    fn joining_is_commutative(a in rows(), b in rows()) {
        prop_assert_eq!(join(&a, &b), join(&b, &a));
    }

    #[test]
    fn joining_is_associative(a in rows(), b in rows(), c in rows()) {
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
    }

    #[test]
    fn joining_twice_is_joining_once(a in rows(), b in rows()) {
        let once = join(&a, &b);
        prop_assert_eq!(&join(&once, &b), &once);
        let mut again = once.clone();
        prop_assert!(!again.join(a));
    }

    #[test]
    fn joining_never_loses_the_greater_stamp(a in rows(), b in rows()) {
        let joined = join(&a, &b);
        prop_assume!(!joined.is_purged());
        for (field, cell) in a.cells().chain(b.cells()) {
            prop_assert!(joined.cell(field).is_some_and(|it| it.stamp >= cell.stamp));
        }
    }

    #[test]
    fn nothing_survives_a_purge_mark(a in rows(), b in rows(), stamp in stamps()) {
        let mark = Row::from_iter([(PURGED, stamp, Value::from("person"))]);
        let joined = join(&join(&a, &mark), &b);
        let fields: Vec<_> = joined.cells().map(|(field, _)| field.as_ref()).collect();
        prop_assert_eq!(fields, [PURGED]);
        let marks = [&a, &b, &mark].into_iter().filter_map(Row::purge_mark);
        let greatest = marks.map(|it| it.stamp).max();
        prop_assert_eq!(joined.purge_mark().map(|it| it.stamp), greatest);
        let mut told = 0;
        a.clone().join_with(mark, |_, _, _| told += 1);
        prop_assert_eq!(told, 0, "the audit log would keep it");
    }

    #[test]
    fn a_number_has_one_text_and_keeps_its_bits(bits: u64) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite());
        let text = value::text(&Value::from(float));
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), (float + 0.0).to_bits());
        let read = value::read(&text);
        prop_assert_eq!(read.as_ref(), Some(&value::real(float)));
        prop_assert_eq!(value::text(&read.unwrap()), text);
    }

    #[test]
    fn a_whole_number_has_one_text(unsigned: u64, signed: i64) {
        for text in [unsigned.to_string(), signed.to_string()] {
            prop_assert_eq!(value::text(&value::read(&text).unwrap()), text);
        }
        let with_fraction = format!("{signed}.0");
        prop_assert!(value::read(&with_fraction).is_none());
    }

    #[test]
    fn stamps_sort_as_text_as_they_compare(a in stamps(), b in stamps()) {
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(a.to_string().parse::<Stamp>().unwrap(), a);
        prop_assert_eq!(a.to_string().len(), 37);
    }

    #[test]
    fn stamps_sort_as_bytes_as_they_compare(a in stamps(), b in stamps()) {
        prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
        prop_assert_eq!(Stamp::from_bytes(a.to_bytes()), Some(a));
    }

    #[test]
    fn a_row_weighs_no_less_than_its_text(
        texts in proptest::collection::vec("[a-z]{0,9}", 0..9),
        numbers in proptest::collection::vec(-99_999..99_999_i64, 0..9),
        flag: bool,
    ) {
        let by_name: serde_json::Map<_, _> =
            texts.iter().map(|it| (it.clone(), Value::from(it.as_str()))).collect();
        for value in [texts.into(), numbers.into(), by_name.into(), flag.into(), Value::Null] {
            let row = Row::from_iter([("field", Stamp::person(1, 2, 3), value.clone())]);
            let least = "field".len() + 45 + value::text(&value).len();
            prop_assert!((least..3 * least).contains(&row.weight()), "{value} {}", row.weight());
        }
    }

    #[test]
    fn a_machine_ranks_by_order_then_completeness_then_reader_then_content(
        one: (u32, u16, u16, u64),
        other: (u32, u16, u16, u64),
    ) {
        let stamp = |(order, complete, reader, hash): (u32, u16, u16, u64)| {
            Stamp::machine(order.into(), complete, reader, hash)
        };
        prop_assert_eq!(stamp(one).cmp(&stamp(other)), one.cmp(&other));
    }

    #[test]
    fn whatever_a_machine_writes_loses_to_a_person(order: u64, complete: u16, ms in 0..9_u64) {
        prop_assert!(Stamp::machine(order, complete, u16::MAX, u64::MAX) < Stamp::person(ms, 0, 0));
    }

    #[test]
    fn the_next_stamp_is_greater_than_all_of_that_moment(ms: u32, count: u32, a: u64, b: u64) {
        prop_assert!(Stamp::person(ms.into(), count, a).next(b) > Stamp::person(ms.into(), count, u64::MAX));
    }

    #[test]
    fn hostile_text_is_no_stamp_and_no_panic(text in "\\PC{0,40}") {
        if let Ok(stamp) = text.parse::<Stamp>() {
            prop_assert_eq!(stamp.to_string(), text);
        }
    }

    #[test]
    fn rows_that_differ_in_a_stamp_have_another_hash(a in rows(), b in rows()) {
        let id = driftline_core::Id::imported(0, &["x"]);
        let stamps = |row: &Row| -> Vec<_> {
            row.cells().map(|(field, cell)| (field.clone(), cell.stamp)).collect()
        };
        prop_assert_eq!(stamps(&a) == stamps(&b), a.hash("e", id) == b.hash("e", id));
    }
}

/// Hubs keep sums of it, also those in other languages.
#[test]
fn the_hash_of_a_row_is_the_same_in_every_version() {
    let (one, other) = (Stamp::person(1_790_000_000_000, 2, 3), Stamp::machine(4, 5, 6, 7));
    let cells = [("name", one, "Engine"), ("path", one, "/src"), ("text", other, "said")];
    let row = Row::from_iter(cells.map(|(field, stamp, it)| (field, stamp, Value::from(it))));
    let id = driftline_core::Id::imported(0, &["tool", "one"]);
    assert_eq!(format!("{:016x}", row.hash("folders", id)), "b8221e6937f446f3");
}

#[test]
fn a_stamp_has_a_class_and_a_counter_that_runs_over() {
    let last = Stamp::person(7, u32::MAX, 1);
    assert_eq!(last.next(2), Stamp::person(8, 0, 2));
    let odd = format!("2{}", &last.to_string()[1..]);
    assert!(odd.parse::<Stamp>().is_err());
    let text = last.to_string();
    for odd in ["+", "-", " ", "A", "g", "_", "é"] {
        for place in 0..text.len() - odd.len() {
            let odd = format!("{}{odd}{}", &text[..place], &text[place + odd.len()..]);
            assert!(odd.parse::<Stamp>().is_err(), "{odd}");
        }
    }
    let mut odd = last.to_bytes();
    odd[0] = 2;
    assert_eq!(Stamp::from_bytes(odd), None);
}
