//! A bucket that is put back to a copy while a device writes a snapshot of what was.

use std::{collections::BTreeSet, sync::Arc};

use driftline_bucket::{Bucket, Options};
use driftline_core::Id;

use crate::{
    common::{Given, fill, objects, wire::Wire},
    sealed::{env, pull, push, schema},
};

fn rows(bucket: &Bucket) -> BTreeSet<Id> {
    pull(bucket).unwrap().changes.iter().map(|it| it.id).collect()
}

/// A bucket of two entries that is put back to its first one when the third is in, and a
/// snapshot at 3 is under way; and the two devices that wrote them.
fn put_back(keep: u64) -> (Given, Bucket, Bucket, impl Fn() -> Bucket) {
    let env = env(8);
    let below = Given::in_memory();
    let wire = Arc::new(Wire::new(below.store.clone(), 8, 0));
    let given = Given { store: wire.clone(), ..below };
    given.begin(true, &env).unwrap();
    let options = Options { snapshot_every: 3, keep };
    let (place, of) = (given.clone(), env);
    let device = move || place.bucket(schema(), &of, options);
    let (one, stale) = (device(), device());
    push(&one, 1, "kept").unwrap();
    let copy = objects(&*given.store);
    push(&one, 2, "lost").unwrap();
    wire.put_back_at_snapshot(copy);
    push(&stale, 3, "grown").unwrap();
    let names: Vec<String> = objects(&*given.store).into_iter().map(|(name, _)| name).collect();
    let count = |kind: &str| names.iter().filter(|it| it.starts_with(kind)).count();
    assert_eq!((count("entry/"), count("snapshot/")), (1, 1), "the former one: {names:?}");
    (given, one, stale, device)
}

#[test]
fn nobody_starts_from_a_snapshot_of_the_former_history() {
    for keep in [0, 1 << 40] {
        let (_given, one, stale, device) = put_back(keep);
        let fresh = device();
        assert_eq!(rows(&fresh).len(), 1, "what the copy held, and nothing of what was lost");
        push(&fresh, 4, "new").unwrap();
        assert_eq!(rows(&one).len(), 2);
        assert_eq!(rows(&stale), rows(&one));
        // Their epoch is another one, so their engines offer again what they hold. The first of
        // it becomes entry 3, and a snapshot there takes the place of the void one.
        push(&stale, 3, "grown").unwrap();
        push(&one, 2, "lost").unwrap();
        push(&fresh, 5, "newer").unwrap();
        let newest = device();
        let all = rows(&newest);
        assert_eq!(all.len(), 5, "nothing is lost");
        for bucket in [&one, &stale, &fresh] {
            assert_eq!(rows(bucket), all);
        }
    }
}

#[test]
fn a_snapshot_takes_the_place_of_a_void_one() {
    let (given, one, _, device) = put_back(0);
    push(&one, 4, "new").unwrap();
    push(&one, 5, "newer").unwrap();
    let all = objects(&*given.store);
    let sizes: Vec<bool> = all
        .iter()
        .filter(|(it, _)| it.starts_with("entry/"))
        .map(|(_, it)| it.is_empty())
        .collect();
    assert_eq!(
        sizes,
        [true, true, false],
        "old ones are overwritten, but not that of the snapshot"
    );
    assert_eq!(rows(&device()), rows(&one));
    assert_eq!(rows(&one).len(), 3);
}

#[test]
fn a_void_entry_at_the_end_does_not_hide_another_history() {
    let (given, env) = (Given::in_memory(), env(9));
    given.begin(true, &env).unwrap();
    let options = Options { snapshot_every: 1_000, keep: 1 << 40 };
    let device = || given.bucket(schema(), &env, options);
    push(&device(), 1, "first").unwrap();
    let copy = objects(&*given.store);
    (2..4).for_each(|it| push(&device(), it, &format!("lost {it}")).unwrap());
    let third = objects(&*given.store).into_iter().rfind(|(name, _)| name.starts_with("entry/"));
    // A late call writes the third entry again, in whatever history there is by then.
    let grows = |text: &str| {
        fill(&*given.store, &copy);
        push(&device(), 4, text).unwrap();
        let all: Vec<_> = objects(&*given.store).into_iter().chain(third.clone()).collect();
        fill(&*given.store, &all);
    };
    grows("one");
    let stale = device();
    let before = rows(&stale);
    grows("another");
    let now = rows(&device());
    assert_ne!(before, now);
    assert_eq!(rows(&stale), now);
    push(&stale, 5, "after").unwrap();
    assert_eq!(rows(&device()).len(), 3);
}
