//! What waits, why it does, and when it does not any more.

use std::sync::atomic::Ordering;

use driftline_core::{
    Hub, Limits,
    device::{self, Batch},
    store::{Operation, QueueId, QueueList, Standing},
};

use crate::common::{DAY, Device, Folder, MINUTE, START, calls::page, hub, wire::Wire};

#[test]
fn a_call_is_filled_to_its_limit() {
    let a = Device::new(1);
    let ids: Vec<_> = (0..6).map(|it| a.folder(&format!("/{it}"))).collect();
    let weight = a.replica.get_values("folders", ids[0]).unwrap().unwrap().row.weight();
    let limits = Limits { bytes: 2 * weight, row_bytes: weight, ..Hub::LIMITS };
    let wire = Wire { limits, ..Wire::new(hub()) };
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.sent, report.calls), (6, 1 + 3), "two rows in each");
}

#[test]
fn an_entry_says_what_its_last_attempt_ended_with() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.sync(&wire).unwrap();
    let id = a.folder("/src");
    let said = || {
        let entries = a.transact(|tx| tx.queue(QueueList::Waiting, QueueId::default(), 9));
        entries[0].last_error.clone().unwrap_or_default()
    };
    assert_eq!(said(), "");
    // The hub takes nothing, and then nothing but this row.
    *wire.off.lock().unwrap() = true;
    a.sync(&wire).unwrap_err();
    assert_ne!(said(), "");
    *wire.off.lock().unwrap() = false;
    a.rename(id, "bad");
    assert_eq!(said(), "", "it has changed since");
    *wire.poison.lock().unwrap() = Some("bad");
    assert_eq!(a.sync(&wire).unwrap().failed, 1);
    assert_ne!(said(), "");
}

#[test]
fn what_a_hub_refuses_by_name_is_not_tried_again_by_itself() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.rename(id, "bad");
    *wire.poison.lock().unwrap() = Some("bad");
    assert_eq!(a.sync(&wire).unwrap().failed, 1);
    *wire.poison.lock().unwrap() = None;
    wire.refuses.store(true, Ordering::Relaxed);
    a.env.pass(MINUTE);
    assert_eq!(a.sync(&wire).unwrap().parked, 1);
    wire.refuses.store(false, Ordering::Relaxed);
    a.env.pass(2 * DAY);
    assert_eq!(a.sync(&wire).unwrap().sent, 0);
    a.replica.update::<Folder>(id, |it| it.name = Some("good".into())).unwrap();
    assert_eq!(a.sync(&wire).unwrap().sent, 1);
}

#[test]
fn all_that_a_hub_refused_is_sent_again_at_once() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/one");
    a.folder("/other");
    wire.refuses.store(true, Ordering::Relaxed);
    assert_eq!(a.sync(&wire).unwrap().parked, 2);
    wire.refuses.store(false, Ordering::Relaxed);
    assert_eq!(a.replica.retry_parked().unwrap(), 2);
    assert_eq!(a.sync(&wire).unwrap().sent, 2);
}

/// As the answer to a push that was lost leaves it.
#[test]
fn what_the_hub_has_is_not_sent_again() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    a.rename(id, "Engine");
    let _lost = a.call(&hub);
    b.sync(&hub).unwrap();
    b.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    b.sync(&hub).unwrap();
    a.env.pass(10);
    a.replica.update::<Folder>(id, |it| it.pinned = false).unwrap();
    let again = {
        let report = a.sync(&hub).unwrap();
        (report.sent, report.received)
    };
    assert_eq!((again, a.waiting()), ((0, 1), 0));
}

/// As a field that became local leaves it.
#[test]
fn an_entry_of_which_nothing_is_left_to_send_goes() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    a.rename(id, "Engine");
    a.transact(|tx| {
        let mut entry = tx.queued("folders", id)?.unwrap();
        entry.fields = [("gone".into(), false)].into();
        tx.enqueue(&entry)
    });
    assert_eq!((a.sync(&hub).unwrap().sent, a.waiting()), (0, 0));
}

#[test]
fn of_a_row_that_a_hub_has_only_what_changed_is_sent() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    a.rename(id, "Engine");
    let sent = |whole, birth, expected: &[&str]| {
        let batch = a.batch(9);
        let change = &batch.sent[0].change;
        let fields: Vec<_> = change.row.cells().map(|(field, _)| field.as_ref()).collect();
        assert_eq!((change.whole, change.birth, fields.as_slice()), (whole, birth, expected));
        a.sync(&hub).unwrap();
    };
    sent(true, true, &["name", "path"]);
    a.rename(id, "Motor");
    sent(false, false, &["name"]);
}

#[test]
fn an_entry_is_called_what_a_person_would_call_it() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    let operation = || a.transact(|tx| tx.queued("folders", id)).unwrap().operation;
    assert_eq!(operation(), Operation::Create);
    let writes: [(&dyn Fn(), _); 4] = [
        (&|| a.rename(id, "Engine"), Operation::Update),
        (&|| a.replica.delete::<Folder>(id).unwrap(), Operation::Delete),
        (&|| a.replica.restore::<Folder>(id).unwrap(), Operation::Update),
        (&|| a.replica.purge("folders", id).map(drop).unwrap(), Operation::Delete),
    ];
    for (write, called) in writes {
        a.sync(&hub).unwrap();
        write();
        assert_eq!(operation(), called);
    }
}

/// What came may be what it failed for.
#[test]
fn a_row_is_given_up_only_if_nothing_has_come_since_its_call() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    a.sync(&hub).unwrap();
    let id = a.folder("/src");
    let fail = |batch: &Batch| a.transact(|tx| device::fail(tx, batch, "no reason", START));
    let batch = a.batch(1);
    assert_eq!([fail(&batch), fail(&batch)], [false; 2]);
    b.folder("/other");
    b.sync(&hub).unwrap();
    let (moment, position) = (a.replica.moment(), a.transact(|tx| device::position(tx.reading())));
    let page = page(&hub, position.cursor, 9);
    a.transact(|tx| device::adopt(tx, &moment, &position, page));
    assert!(!fail(&batch));
    let standing = || a.transact(|tx| tx.queued("folders", id)).unwrap().standing;
    assert_eq!(standing(), Standing::Waiting);
    let again = Batch { position: a.transact(|tx| device::position(tx.reading())), ..batch };
    assert!(fail(&again));
    assert_eq!(standing(), Standing::Parked("no reason".into()));
}
