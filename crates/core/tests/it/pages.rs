//! Pages of the feed, as a hub makes them and a device takes them in.

use driftline_core::{
    Change, Cursor, Error, PROTOCOL, Page, Pull, Row, Schema, Seq, Stamp, Store, Value,
    device::{self, Adopted, Unread},
    hub,
    store::{AuditKind, Durability, ReadTx, StoreTx},
};
use driftline_memory::MemoryStore;

use crate::common::{Device, Folder, START, calls, hub, hub_of, imported};

/// Numbers that no row has any more may follow the last row.
#[test]
fn a_page_that_holds_the_last_rows_leads_to_the_head() {
    let a = Device::new(1);
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    a.folder("/one");
    a.folder("/other");
    a.sync(&hub).unwrap();
    let read = |rows, head| {
        let store: &dyn Store = &there;
        let read = |tx: &dyn ReadTx| {
            let mut state = hub::load(tx)?.unwrap();
            state.head = Seq(head);
            let request = Pull { protocol: PROTOCOL, cursor: Cursor(0), rows, bytes: 1 << 20 };
            let found = tx.feed(request.cursor, hub::wanted(&request))?;
            Ok(hub::page(state, tx.schema(), found, &request, None))
        };
        let page = store.view(read).unwrap();
        (page.changes.len(), page.next, page.digests.is_some())
    };
    for head in [2, 5] {
        assert_eq!(read(1, head), (1, Cursor(1), false));
        assert_eq!(read(2, head), (2, Cursor(head), true));
        assert_eq!(read(3, head), (2, Cursor(head), true));
    }
}

/// Programs from before a field became local still send it.
#[test]
fn what_a_hub_says_of_a_field_that_stays_on_devices_is_not_taken() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    let position = b.transact(|tx| device::position(tx.reading()));
    let mut page = calls::page(&hub, position.cursor, 9);
    page.changes[0].row.set("here", Stamp::person(START, 0, 7), Value::from("/of/others"));
    let moment = b.replica.moment();
    b.transact(|tx| device::adopt(tx, &moment, &position, page));
    let stored = b.transact(|tx| tx.get("folders", id)).unwrap();
    let fields: Vec<_> = stored.row.cells().map(|(field, _)| field.as_ref()).collect();
    assert_eq!(fields, ["path"]);
}

/// As such programs push it, in a new row and in one that the hub has.
#[test]
fn a_hub_takes_no_field_that_stays_on_devices() {
    let (hub, id) = (hub(), imported("src"));
    let stamp = Stamp::person(START, 0, 7);
    for field in ["path", "name"] {
        let row = [field, "here"].map(|it| (it, stamp, Value::from("/src"))).into_iter().collect();
        let change = Change { entity: "folders".into(), id, row, birth: false, whole: true };
        calls::push_as(&hub, field, vec![change]);
    }
    let page = calls::page(&hub, Cursor(0), 9);
    let fields: Vec<_> = page.changes[0].row.cells().map(|(field, _)| field.as_ref()).collect();
    assert_eq!(fields, ["name", "path"]);
}

#[test]
fn a_page_that_leads_back_or_beyond_the_head_changes_nothing() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    a.folder("/one");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    let id = a.folder("/other");
    a.sync(&hub).unwrap();
    let position = b.transact(|tx| device::position(tx.reading()));
    let head = calls::page(&hub, position.cursor, 9).head;
    for next in [Cursor(position.cursor.0 - 1), Cursor(head.0 + 1)] {
        let page = Page { next, ..calls::page(&hub, position.cursor, 9) };
        let (store, moment): (&dyn Store, _) = (&b.store, b.replica.moment());
        let adopt = |tx: &mut dyn StoreTx| device::adopt(tx, &moment, &position, page);
        let error = store.transact(Durability::Normal, adopt).unwrap_err();
        assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
        assert_eq!(b.replica.get_values("folders", id).unwrap(), None);
        assert_eq!(b.transact(|tx| device::position(tx.reading())), position);
    }
}

/// Lists and searches are filled from the journal alone.
#[test]
fn what_a_page_changes_is_in_the_journal_and_nothing_else() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (id, other) = (a.folder("/src"), a.folder("/other"));
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    let revision = || b.replica.read(|tx| tx.journal()).unwrap().last;
    assert_eq!(revision(), 2);
    a.rename(id, "Engine");
    a.sync(&hub).unwrap();
    // The same page again brings nothing new.
    for _ in 0..2 {
        b.sync(&hub).unwrap();
        let noted = b.replica.read(|tx| tx.changed_since(2, 9)).unwrap();
        assert_eq!(noted.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
        let position = b.transact(|tx| device::position(tx.reading()));
        let page = calls::page(&hub, Cursor(0), 9);
        assert!(page.changes.iter().any(|it| it.id == other));
        let moment = b.replica.moment();
        b.transact(|tx| device::adopt(tx, &moment, &position, page));
    }
}

#[test]
fn what_waits_stays_as_it_is_when_the_values_of_others_come() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    b.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    b.sync(&hub).unwrap();
    a.rename(id, "Engine");
    let queued = || a.transact(|tx| tx.queued("folders", id)).unwrap();
    let before = queued();
    let position = a.transact(|tx| device::position(tx.reading()));
    let page = calls::page(&hub, position.cursor, 9);
    let moment = a.replica.moment();
    assert_eq!(a.transact(|tx| device::adopt(tx, &moment, &position, page)), Adopted::Dry);
    assert_eq!(queued(), before, "no call has carried it, and it did not change");
}

/// As a hub that was put back does not have it any more.
#[test]
fn what_a_hub_lacks_waits_as_something_that_others_may_know() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    let position = a.transact(|tx| device::position(tx.reading()));
    let mut page = calls::page(&hub, Cursor(0), 9);
    page.changes[0].row = Row::from_iter([("pinned", Stamp::person(START, 0, 7), true.into())]);
    let moment = a.replica.moment();
    a.transact(|tx| device::adopt(tx, &moment, &position, page));
    let fields = a.transact(|tx| tx.queued("folders", id)).unwrap().fields;
    assert_eq!(fields, [("path".into(), true)].into());
}

/// Where the hub holds a row whose hash nobody can tell, unequal sums say nothing.
#[test]
fn a_row_that_cannot_be_read_is_no_reason_to_start_over() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    a.folder("/src");
    a.sync(&hub).unwrap();
    let position = b.transact(|tx| device::position(tx.reading()));
    let mut page = calls::page(&hub, position.cursor, 9);
    let (entity, text, reason) = ("folders".into(), "???".into(), "it is no row".into());
    let id = imported("unread");
    page.unread = vec![Unread { entity, id, hash: None, latest: None, text, reason }];
    page.digests.iter_mut().flat_map(|it| it.values_mut()).for_each(|it| *it ^= 1);
    let moment = b.replica.moment();
    assert_eq!(b.transact(|tx| device::adopt(tx, &moment, &position, page)), Adopted::Dry);
}

#[test]
fn a_value_that_others_write_over_is_in_the_log() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.rename(id, "one");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.rename(id, "two");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    let log = b.replica.audit(None, 9).unwrap();
    let told: Vec<_> = log.iter().map(|it| (it.kind, &it.lost, &it.winner)).collect();
    assert_eq!(told, [(AuditKind::History, &"one".into(), &"two".into())]);
}

/// The hub holds it as it is here, so what could not be read of it gave way.
#[test]
fn a_row_that_is_taken_as_it_is_here_is_not_set_aside_any_more() {
    let (a, hub) = (Device::new(1), hub());
    a.sync(&hub).unwrap();
    let id = a.folder("/src");
    let aside = || {
        let all = a.transact(|tx| device::unread(tx));
        all.into_iter().map(|it| it.entity).collect::<Vec<_>>()
    };
    let position = a.transact(|tx| device::position(tx.reading()));
    let mut page = calls::page(&hub, position.cursor, 9);
    for entity in ["folders", "lines"] {
        let (entity, text, reason) = (entity.into(), "???".into(), "it is no row".into());
        page.unread.push(Unread { entity, id, hash: Some(7), latest: None, text, reason });
    }
    let moment = a.replica.moment();
    a.transact(|tx| device::adopt(tx, &moment, &position, page));
    assert_eq!(aside().len(), 2);
    let call = a.call(&hub);
    assert_eq!(a.settle(call).accepted, 1);
    assert_eq!(aside(), ["lines"], "that is another row with the same id");
}
