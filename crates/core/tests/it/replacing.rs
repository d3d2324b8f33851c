//! The rows of somebody's copy in the place of what is here.

use driftline_core::{Store, device, store::Durability};

use crate::common::{Device, MINUTE};

fn replace(here: &Device, theirs: &Device) {
    let moment = here.replica.moment();
    let store: &dyn Store = &theirs.store;
    let replace = |theirs: &dyn driftline_core::store::ReadTx| {
        let here: &dyn Store = &here.store;
        here.transact(Durability::Full, |tx| device::replace(tx, &moment, theirs))
    };
    store.view(replace).unwrap();
}

#[test]
fn an_edit_here_comes_after_all_that_the_copy_has() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = b.folder("/src");
    b.env.jump(i64::try_from(2 * MINUTE).unwrap());
    b.rename(id, "Engine");
    replace(&a, &b);
    let stamp = |id, field| {
        a.replica.get_values("folders", id).unwrap().unwrap().row.cell(field).unwrap().stamp
    };
    let new = a.folder("/new");
    assert!(stamp(new, "path") > stamp(id, "name"));
}

#[test]
fn the_log_of_the_copy_keeps_its_order() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = b.folder("/src");
    for name in ["one", "two", "three", "four"] {
        b.rename(id, name);
    }
    replace(&a, &b);
    let lost = |it: &Device| {
        let log = it.replica.audit(None, 10).unwrap();
        log.into_iter().map(|it| it.lost).collect::<Vec<_>>()
    };
    assert_eq!(lost(&b), ["three", "two", "one"]);
    assert_eq!(lost(&a), lost(&b));
}
