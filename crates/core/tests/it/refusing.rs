//! What a hub does not take, whoever sends it.

use driftline_core::{
    Answer, Backend as _, Change, Cursor, Env as _, Error, Id, Identity, PROTOCOL, Pull, Push, Row,
    Serial, Stale, Stamp, Value, alias,
};
use futures_executor::block_on;

use crate::common::{
    Device, MINUTE, START,
    calls::{page, push_as},
    hub, imported,
};

fn row(entity: &str, id: Id, field: &'static str, at: u64) -> Change {
    let row = Row::from_iter([(field, Stamp::person(at, 0, 7), Value::from("x"))]);
    Change { entity: entity.into(), id, row, birth: true, whole: true }
}

#[test]
fn names_that_a_hub_cannot_store_and_nothing_else() {
    let hub = hub();
    let ids = [imported("1"), imported("2"), imported("3"), imported("4")];
    let changes = vec![
        row("folders", ids[0], "path", START),
        row("no name", ids[1], "path", START),
        row("folders", ids[2], "no name", START),
        row("strange", ids[3], "path", START),
    ];
    let answers = push_as(&hub, "device", changes).answers;
    let is_refused = |it: &Answer| matches!(it, Answer::Refused { .. });
    assert_eq!(answers.iter().map(is_refused).collect::<Vec<_>>(), [false, true, true, false]);
}

#[test]
fn stamps_more_than_five_minutes_ahead_of_its_clock() {
    let clock = Device::new(1).env;
    let (hub, now) = (hub().with_clock(clock.clone()), clock.wall());
    let at = |length: u64| {
        row("folders", Id::imported(0, &["at", &length.to_string()]), "path", now + length)
    };
    let answers = push_as(&hub, "device", vec![at(5 * MINUTE), at(5 * MINUTE + 1)]).answers;
    assert!(matches!(answers[0], Answer::Accepted { .. }), "{answers:?}");
    assert!(matches!(answers[1], Answer::ClockAhead { .. }), "{answers:?}");
}

/// Facts are judged first, and answered where they were sent.
#[test]
fn answers_come_in_the_order_of_what_was_sent() {
    let hub = hub();
    let ids = [imported("1"), imported("2")];
    let (id, fact) = alias::fact("folders", ids[0], ids[1]);
    let fact = Change { entity: "aliases".into(), id, row: fact, birth: false, whole: true };
    let sent = vec![row("folders", ids[0], "path", START), fact];
    let answers = push_as(&hub, "device", sent).answers;
    let seq = |it: &Answer| if let Answer::Accepted { seq, .. } = it { seq.0 } else { 0 };
    assert_eq!(answers.iter().map(seq).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn calls_for_another_account_epoch_or_version() {
    let hub = hub();
    let identity = page(&hub, Cursor(0), 1).identity;
    let push = |account: &str, epoch: &str, protocol| {
        let (account, epoch, device) = (account.to_owned(), epoch.to_owned(), "device".to_owned());
        let changes = Vec::new();
        block_on(hub.push(Push { protocol, account, epoch, device, serial: Serial(1), changes }))
    };
    let Identity { account, epoch, .. } = &identity;
    for (account, epoch) in [("other", epoch.as_str()), (account, "other"), ("other", "other")] {
        let error = push(account, epoch, PROTOCOL).unwrap_err();
        assert!(matches!(error, Error::Stale { why: Stale::Moved, .. }), "{error}");
    }
    let pull = |protocol| hub.page(&Pull { protocol, cursor: Cursor(0), rows: 1, bytes: 1 });
    assert!(pull(PROTOCOL + 9).is_err() && push(account, epoch, PROTOCOL + 9).is_err());
    assert!(pull(PROTOCOL).is_ok() && push(account, epoch, PROTOCOL).is_ok());
}
