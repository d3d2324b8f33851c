//! Unsent changes that meet different values, and what is told of them.

use std::sync::atomic::Ordering;

use crate::common::{Device, Folder, MINUTE, hub, wire::Wire};
use driftline_core::{Value, store::AuditKind};

#[test]
fn a_conflict_keeps_the_later_edit_and_the_other_can_be_brought_back() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    b.rename(id, "Mine");
    a.env.pass(MINUTE);
    a.rename(id, "Yours");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_eq!(b.name(id).as_deref(), Some("Yours"));

    let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].lost, Value::from("Mine"));
    assert_eq!(conflicts[0].winner, Value::from("Yours"));
    assert_eq!(conflicts[0].rule, "the later edit stands");
    assert!(a.replica.audit(Some(AuditKind::Conflict), 10).unwrap().is_empty());

    b.env.pass(2 * MINUTE);
    b.replica.bring_back(&conflicts[0]).unwrap();
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_eq!(a.name(id).as_deref(), Some("Mine"));
}

#[test]
fn a_conflict_that_the_edit_here_wins_is_told_here() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.rename(id, "Yours");
    b.env.pass(MINUTE);
    b.rename(id, "Mine");
    for device in [&a, &b, &b, &a] {
        device.sync(&hub).unwrap();
    }
    assert_eq!(a.name(id).as_deref(), Some("Mine"));
    let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!((&conflicts[0].winner, &conflicts[0].lost), (&"Mine".into(), &"Yours".into()));
    assert!(a.replica.audit(Some(AuditKind::Conflict), 10).unwrap().is_empty());
}

#[test]
fn what_a_person_saw_and_replaced_is_no_conflict() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    for device in [&a, &b] {
        device.sync(&hub).unwrap();
    }
    b.rename(id, "Named on B");
    for device in [&b, &a] {
        device.sync(&hub).unwrap();
    }
    a.rename(id, "A knew that");
    a.rename(id, "A again");
    b.env.pass(10);
    b.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    for device in [&b, &a, &b] {
        device.sync(&hub).unwrap();
    }
    for device in [&a, &b] {
        assert_eq!(device.name(id).as_deref(), Some("A again"));
        assert_eq!(device.replica.audit(Some(AuditKind::Conflict), 10).unwrap(), []);
    }
}

#[test]
fn an_edit_of_a_row_that_was_deleted_elsewhere_is_kept_and_told() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.replica.delete::<Folder>(id).unwrap();
    b.rename(id, "Engine");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert!(b.replica.get::<Folder>(id).unwrap().is_none(), "an edit does not resurrect");
    let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    b.replica.bring_back(&conflicts[0]).unwrap();
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_eq!(a.name(id).as_deref(), Some("Engine"));
}

#[test]
fn an_edit_is_told_once_however_often_its_row_is_deleted_meanwhile() {
    let (a, b) = (Device::new(1), Device::new(2));
    let wire = Wire::new(hub());
    let id = a.folder("/src");
    a.sync(&wire).unwrap();
    b.sync(&wire).unwrap();
    b.rename(id, "Engine");
    for round in 0..2 {
        a.replica.delete::<Folder>(id).unwrap();
        a.sync(&wire).unwrap();
        wire.refuses.store(true, Ordering::Relaxed);
        b.sync(&wire).unwrap();
        wire.refuses.store(false, Ordering::Relaxed);
        let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
        assert_eq!(conflicts.len(), 1, "after {round} rounds: {conflicts:?}");
        a.env.pass(10);
        a.replica.restore::<Folder>(id).unwrap();
        a.sync(&wire).unwrap();
        b.sync(&wire).unwrap();
        a.env.pass(10);
    }
}

#[test]
fn each_edit_that_gives_way_is_told() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    for round in ["first", "second"] {
        b.rename(id, &format!("the {round} of b"));
        a.env.pass(MINUTE);
        b.env.pass(MINUTE);
        a.rename(id, &format!("the {round} of a"));
        a.sync(&hub).unwrap();
        b.sync(&hub).unwrap();
    }
    let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    let lost: Vec<_> = conflicts.iter().map(|it| &it.lost).collect();
    assert_eq!(lost, ["the second of b", "the first of b"]);
}

#[test]
fn of_several_edits_of_a_deleted_row_the_latest_is_named() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.replica.delete::<Folder>(id).unwrap();
    a.sync(&hub).unwrap();
    b.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    b.rename(id, "Engine");
    let latest = b.transact(|tx| tx.get("folders", id)).unwrap().row.latest_person();
    b.sync(&hub).unwrap();
    let conflicts = b.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    assert_eq!(conflicts.iter().map(|it| Some(it.lost_stamp)).collect::<Vec<_>>(), [latest]);
}
