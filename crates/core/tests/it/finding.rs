//! Which rows a query finds.

use crate::common::{Device, Folder, hub};
use driftline_core::{Value, store::Find};

#[test]
fn what_is_not_so_is_found_whether_it_was_ever_set_or_not() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (never, once, folded) = (a.folder("/never"), a.folder("/once"), a.folder("/twice"));
    b.folder("/twice");
    for (pinned, id) in [(true, once), (false, once), (true, folded)] {
        a.env.pass(10);
        a.replica.update::<Folder>(id, |it| it.pinned = pinned).unwrap();
    }
    let pinned = || ("pinned".into(), Value::from(true));
    let found = |device: &Device| {
        let find = Find { unless: vec![pinned()], ..Find::new() };
        let count = device.replica.count("folders", &find).unwrap();
        let rows = device.replica.list::<Folder>(&find).unwrap();
        assert_eq!(count, rows.len() as u64);
        rows.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let unset_or_false = |device: &Device| {
        let find = Find::new().unset_or("pinned", false);
        let rows = device.replica.list::<Folder>(&find).unwrap();
        rows.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&a), [never, once]);
    assert_eq!(unset_or_false(&a), [never, once]);
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    // Two rows are one now, and what is shown is no row of the store.
    for device in [&a, &b] {
        assert_eq!(found(device), [never, once]);
        assert_eq!(unset_or_false(device), [never, once]);
    }
}
