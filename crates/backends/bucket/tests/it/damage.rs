//! Objects that were changed, swapped, cut or replayed after they were written.

use driftline_bucket::Options;

use crate::{
    common::{Given, fill, objects},
    sealed::{env, pull, push, schema},
};

const OPTIONS: Options = Options { snapshot_every: 3, keep: 30 * 24 * 60 * 60 * 1_000 };

/// A bucket with entries and a snapshot, and what a new device says of it once `change` is done.
fn said(is_sealed: bool, change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<String> {
    let (given, env) = (Given::in_memory(), env(4));
    given.begin(is_sealed, &env).unwrap();
    let bucket = given.bucket(schema(), &env, OPTIONS);
    (1..6).for_each(|it| push(&bucket, it, &format!("bergamot {it}")).unwrap());
    let mut all = objects(&*given.store);
    change(&mut all);
    fill(&*given.store, &all);
    let fresh = given.bucket(schema(), &env, OPTIONS);
    let outcome = pull(&fresh);
    outcome
        .map(|page| format!("{} rows", page.changes.len()))
        .map_or_else(|error| vec![error.to_string()], |it| vec![it])
}

fn find(all: &[(String, Vec<u8>)], name: &str) -> usize {
    all.iter().rposition(|(it, _)| it.starts_with(name)).unwrap()
}

#[test]
fn every_flipped_or_cut_object_is_noticed() {
    for is_sealed in [true, false] {
        assert_eq!(said(is_sealed, |_| ()), ["5 rows"]);
        for name in ["entry/", "snapshot/", "data/"] {
            let flip = |all: &mut Vec<(String, Vec<u8>)>| {
                let place = find(all, name);
                let end = all[place].1.len() - 9;
                all[place].1[end] ^= 1;
            };
            let cut = |all: &mut Vec<(String, Vec<u8>)>| {
                let place = find(all, name);
                let half = all[place].1.len() / 2;
                all[place].1.truncate(half);
            };
            for outcome in [said(is_sealed, flip), said(is_sealed, cut)] {
                let text = &outcome[0];
                assert!(text.contains("not what was written"), "{is_sealed} {name}: {text}");
            }
        }
    }
}

#[test]
fn entries_cannot_change_places() {
    let swapped = said(true, |all| {
        let place = find(all, "entry/");
        let other = all[place - 1].1.clone();
        let own = std::mem::replace(&mut all[place].1, other);
        all[place - 1].1 = own;
    });
    assert!(swapped[0].contains("belongs to another place"), "{swapped:?}");
    let removed = said(true, |all| {
        all.retain(|(name, _)| !name.starts_with("snapshot/") && !name.ends_with("01"));
    });
    assert!(removed[0].contains("entry 1 of memory bucket was deleted"), "{removed:?}");
}

#[test]
fn a_missing_space_is_never_made_by_a_sync() {
    let (given, env) = (Given::in_memory(), env(5));
    let bucket = given.bucket(schema(), &env, OPTIONS);
    assert!(pull(&bucket).unwrap_err().to_string().contains("nothing of yours"));
    given.begin(true, &env).unwrap();
    push(&bucket, 1, "bergamot").unwrap();
    fill(&*given.store, &[]);
    assert!(pull(&bucket).unwrap_err().to_string().contains("is the drive mounted"));
    assert!(objects(&*given.store).is_empty());
}

#[test]
fn a_newer_format_asks_for_a_newer_program() {
    let (given, env) = (Given::in_memory(), env(6));
    given.put("space.json", br#"{"format": 2, "unheard": "of"}"#.to_vec());
    let bucket = given.bucket(schema(), &env, OPTIONS);
    let error = pull(&bucket).unwrap_err().to_string();
    assert!(error.contains("update this program"), "{error}");
}

#[test]
fn a_bucket_that_went_back_begins_a_new_epoch() {
    let (given, env) = (Given::in_memory(), env(7));
    given.begin(true, &env).unwrap();
    let options = Options { snapshot_every: 1_000, ..OPTIONS };
    let (one, two) = (given.bucket(schema(), &env, options), given.bucket(schema(), &env, options));
    push(&one, 1, "kept").unwrap();
    let saved = objects(&*given.store);
    push(&one, 2, "lost").unwrap();
    let before = pull(&one).unwrap();
    fill(&*given.store, &saved);
    push(&two, 3, "grown").unwrap();
    let after = pull(&one).unwrap();
    assert_ne!(before.identity.epoch, after.identity.epoch, "the engine offers everything again");
    assert_eq!(before.identity.account, after.identity.account);
    assert_eq!(after.changes.len(), 2);
}
