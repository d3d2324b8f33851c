//! The time that a service says is the hub's.

use driftline_bucket::Options;
use driftline_core::{Answer, Backend, Change, Id, PROTOCOL, Push, Row, Serial, Stamp, Value};
use futures_executor::block_on;

use crate::{
    common::Given,
    sealed::{env, pull, schema},
};

const NOW: u64 = 1_700_000_000_000;

/// What is made of a row that was written ten minutes after `NOW`.
fn answer(given: &Given, serial: u64) -> Answer {
    let env = env(40);
    let bucket = given.bucket(schema(), &env, Options::default());
    let identity = pull(&bucket).unwrap().identity;
    let row = Row::from_iter([("name", Stamp::person(NOW + 600_000, 0, 7), Value::from("later"))]);
    let id = Id::new(NOW, [serial, serial]);
    let change = Change { entity: "sessions".into(), id, row, birth: true, whole: true };
    let push = Push {
        protocol: PROTOCOL,
        account: identity.account,
        epoch: identity.epoch,
        device: "ahead".into(),
        serial: Serial(serial),
        changes: vec![change],
    };
    let answers = block_on(bucket.push(push)).unwrap();
    assert_eq!(answers.time, given.time.last());
    answers.answers.into_iter().next().unwrap()
}

#[test]
fn a_stamp_ahead_of_the_service_is_refused_to_its_writer_alone() {
    let given = Given::in_memory();
    given.begin(true, &env(41)).unwrap();
    // A folder says no time, and refuses nothing.
    assert!(matches!(answer(&given, 1), Answer::Accepted { .. }));
    given.time.note(NOW);
    assert!(matches!(answer(&given, 2), Answer::ClockAhead { fields } if fields == ["name"]));
    let page = pull(&given.bucket(schema(), &env(42), Options::default())).unwrap();
    assert_eq!((page.changes.len(), page.time), (1, Some(NOW)), "what others sent is read");
    given.time.note(NOW + 600_000);
    assert!(matches!(answer(&given, 3), Answer::Accepted { .. }));
}
