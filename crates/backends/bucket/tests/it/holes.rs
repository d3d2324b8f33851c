//! Entries that somebody deleted while later ones are there. Every device that needs one says which
//! it is, keeps what it has, and writes nothing; once it is back, everything goes on as if nothing
//! had been.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use driftline_core::{Replica, Result, Simulated, Values};
use driftline_memory::MemoryStore;
use futures_executor::block_on;
use object_store::ObjectMeta;
use serde_json::json;

use crate::{
    common::{
        Given, fill,
        listing::Listing,
        objects,
        story::{ENTRIES, Story, read},
    },
    sealed::{pull, push, schema},
};

type Objects = Vec<(String, Vec<u8>)>;

/// Takes these entries away. Returns what is left.
fn delete(story: &Story, numbers: &[u64]) -> Objects {
    let is_deleted = |name: &str| {
        let ends = |it: &u64| name.ends_with(&format!("{it:020}"));
        name.starts_with("entry/") && numbers.iter().any(ends)
    };
    let left: Objects = story.all.iter().filter(|(it, _)| !is_deleted(it)).cloned().collect();
    assert_eq!(left.len() + numbers.len(), story.all.len());
    fill(&*story.given.store, &left);
    left
}

fn is_told<T: std::fmt::Debug>(outcome: Result<T>, number: u64, next: u64) {
    let text = outcome.unwrap_err().to_string();
    let what = format!("entry {number} of memory bucket was deleted, and entry {next} is there");
    assert!(text.contains(&what), "{text}");
    assert!(text.contains("restore entry") && text.contains("not sent waits"), "{text}");
}

#[test]
fn whoever_needs_a_deleted_entry_says_so_and_goes_on_once_it_is_back() {
    for is_sealed in [true, false] {
        for deleted in [&[1][..], &[2], &[4], &[2, 3], &[1, 2, 3, 4]] {
            let story = Story::new(is_sealed, 1_000);
            let left = delete(&story, deleted);
            let (first, last) = (deleted[0], deleted[deleted.len() - 1]);
            // Who needs none of them comes first: nobody has asked for a snapshot yet.
            for (number, device, epoch) in story.devices().collect::<Vec<_>>().into_iter().rev() {
                if number > last {
                    assert_eq!(read(device).unwrap(), (ENTRIES, epoch.to_owned()));
                    continue;
                }
                let missed = number.max(first);
                is_told(read(device), missed, last + 1);
                is_told(push(device, 9, "waits"), missed, last + 1);
            }
            let mut there = objects(&*story.given.store);
            there.retain(|(name, _)| !name.starts_with("wanted/"));
            assert_eq!(there, left, "nobody fills a hole");
            fill(&*story.given.store, &story.all);
            for (number, device, epoch) in story.devices() {
                let (count, served) = read(device).unwrap();
                assert_eq!((count, &*served), (ENTRIES, epoch), "{deleted:?}: {number}");
            }
            push(&story.devices[0].0, 9, "waited").unwrap();
            assert!(story.devices().all(|(_, it, _)| read(it).unwrap().0 == ENTRIES + 1));
        }
    }
}

#[test]
fn a_snapshot_stands_for_deleted_entries_below_it_and_for_none_above() {
    for (deleted, is_needed) in [(2, false), (3, true), (4, true)] {
        let story = Story::new(true, 3);
        delete(&story, &[deleted]);
        for (number, device, _) in story.devices() {
            match is_needed && number <= deleted {
                true => is_told(read(device), deleted, deleted + 1),
                false => assert_eq!(read(device).unwrap().0, ENTRIES, "{number} without {deleted}"),
            }
        }
    }
}

#[test]
fn without_its_last_entry_a_log_was_put_back() {
    let story = Story::new(true, 1_000);
    delete(&story, &[ENTRIES]);
    for (number, device, epoch) in story.devices() {
        let (count, served) = read(device).unwrap();
        assert_eq!(count, ENTRIES - 1);
        assert_eq!(served == epoch, number < ENTRIES, "who has read it offers everything again");
    }
}

#[test]
fn what_was_not_sent_waits_until_the_entry_is_back() {
    let story = Story::new(true, 1_000);
    let store = Arc::new(MemoryStore::new(schema()));
    let clock = Arc::new(Simulated::new(51, 1_790_000_000_000));
    let (replica, bucket) = (Replica::open(store, clock.clone()).unwrap(), story.open());
    block_on(replica.sync(&bucket)).unwrap();
    delete(&story, &[2]);
    let (fresh, name) = (story.open(), Values::from([("name".to_owned(), json!("waits"))]));
    let id = replica.create_values("sessions", &name).unwrap();
    // Another device of the same profile, whose mirror is lost, needs the entry.
    for _ in 0..2 {
        clock.pass(60_000);
        is_told(block_on(replica.sync(&fresh)), 2, 3);
        let status = replica.status(Some("bucket")).unwrap();
        assert_eq!(status.waiting, 1);
        assert!(status.error.unwrap().message.contains("entry 2"));
    }
    fill(&*story.given.store, &story.all);
    clock.pass(60_000);
    block_on(replica.sync(&fresh)).unwrap();
    assert_eq!(replica.status(Some("bucket")).unwrap().waiting, 0);
    assert!(pull(&story.open()).unwrap().changes.iter().any(|it| it.id == id));
}

#[test]
fn an_entry_that_is_only_not_listed_yet_is_no_hole() {
    let story = Story::new(true, 1_000);
    let (below, left) = (story.given.store.clone(), AtomicUsize::new(3));
    let is_seen = move |it: &ObjectMeta| {
        let less = |left: usize| left.checked_sub(1);
        let is_it = it.location.as_ref().ends_with("00000000000000000003");
        !is_it || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
    };
    let store = Arc::new(Listing { below, says: Arc::new(move |it| Some(it).filter(&is_seen)) });
    let given = Given { store, ..story.given.clone() };
    let fresh = given.bucket(schema(), &story.env, story.options);
    assert_eq!(read(&fresh).unwrap().0, ENTRIES);
}
