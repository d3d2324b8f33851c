//! Pages of the feed, as a hub makes them and a device takes them in.

use driftline_core::{
    Cursor, PROTOCOL, Pull, Schema, Seq, Stamp, Store, Value, device, hub, store::ReadTx,
};
use driftline_memory::MemoryStore;

use crate::common::{Device, START, calls, hub, hub_of};

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
