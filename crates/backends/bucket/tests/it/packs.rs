//! What snapshots write, name again and take away.
#![allow(clippy::print_stdout, reason = "figures")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use driftline_bucket::{Bucket, Options};
use driftline_core::{
    Backend as _, Change, Cursor, Env, Id, PROTOCOL, Pull, Push, Row, Serial, Stamp, Value,
};
use futures_executor::block_on;
use futures_util::FutureExt as _;
use object_store::ObjectMeta;
use sha2::{Digest as _, Sha256};

use crate::{
    common::{Given, fill, halt::Halt, listing::Listing, objects, wire::Wire},
    rotation::joins,
    sealed::{env, push, push_later, schema},
};

const KEEP: u64 = 1 << 40;
/// Rows of a push, and bytes of a row: what is in it is not compressed to nothing.
pub(crate) const ROWS: u64 = 44;
const TEXT: usize = 30_000;

fn open(given: &Given, env: &Arc<dyn Env>, snapshot_every: u64, keep: u64) -> Bucket {
    given.bucket(schema(), env, Options { snapshot_every, keep })
}

fn text(seed: u64) -> String {
    let block = |it: u64| -> String {
        let digest = Sha256::digest([seed.to_be_bytes(), it.to_be_bytes()].concat());
        digest.iter().map(|it| format!("{it:02x}")).collect()
    };
    (0..).map(block).take(TEXT / 64).collect()
}

/// Pushes rows with these numbers, each with the text of `seed`.
pub(crate) fn push_rows(
    bucket: &Bucket,
    serial: u64,
    numbers: impl Iterator<Item = u64>,
    seed: u64,
) {
    let look = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
    let identity = block_on(bucket.pull(look)).unwrap().identity;
    let change = |number: u64| {
        let id = Id::new(1_700_000_000_000 + number, [number, number]);
        let stamp = Stamp::person(1_700_000_000_000 + serial, 0, 7);
        let row = Row::from_iter([("name", stamp, Value::from(text(number * 1_000 + seed)))]);
        Change { entity: "sessions".into(), id, row, birth: true, whole: true }
    };
    let push = Push {
        protocol: PROTOCOL,
        account: identity.account,
        epoch: identity.epoch,
        device: "writer".into(),
        serial: Serial(serial),
        changes: numbers.map(change).collect(),
    };
    block_on(bucket.push(push)).unwrap();
}

/// Every row with its text, by pages.
pub(crate) fn all(bucket: &Bucket) -> BTreeMap<Id, Option<Value>> {
    let (mut found, mut cursor) = (BTreeMap::new(), Cursor::default());
    loop {
        let pull = Pull { protocol: PROTOCOL, cursor, rows: 500, bytes: 4 << 20 };
        let page = block_on(bucket.pull(pull)).unwrap();
        found.extend(page.changes.into_iter().map(|it| (it.id, it.row.value("name").cloned())));
        if page.next.0 == page.head.0 {
            return found;
        }
        cursor = page.next;
    }
}

/// The packs that are there, with their sizes.
pub(crate) fn packs(given: &Given) -> BTreeMap<String, usize> {
    let all = objects(&*given.store)
        .into_iter()
        .filter(|(name, bytes)| name.rsplit('/').next().unwrap().len() == 32 && !bytes.is_empty());
    all.map(|(name, bytes)| (name, bytes.len())).collect()
}

#[test]
fn packs_that_did_not_change_are_named_again() {
    for keep in [0, KEEP] {
        let (given, env) = (Given::in_memory(), env(60));
        given.begin(true, &env).unwrap();
        let bucket = open(&given, &env, 10, keep);
        (0..10).for_each(|it| push_rows(&bucket, it + 1, it * ROWS..(it + 1) * ROWS, 0));
        let first = packs(&given);
        // One row in the middle is another one, and some are new. Another device writes that.
        let other = open(&joins(&given, &given.words().unwrap()), &env, 10, keep);
        push_rows(&other, 11, 350..351, 1);
        (12..=20).for_each(|it| push_rows(&other, it, 10 * ROWS + it..10 * ROWS + it + 1, 0));
        let second = packs(&given);
        let new: BTreeMap<_, _> =
            second.iter().filter(|(it, _)| !first.contains_key(*it)).collect();
        let (before, after) = (first.values().sum::<usize>(), new.values().copied().sum::<usize>());
        println!(
            "first snapshot: {before} bytes in {} packs; second: {after} bytes in {} packs",
            first.len(),
            new.len()
        );
        assert!(first.len() > 5 && new.len() <= 3, "{first:?} {new:?}");
        assert!(after * 2 < before);
        // Those of the first that nothing names any more are gone with it.
        let is_kept = first.keys().all(|it| second.contains_key(it));
        assert_eq!(is_kept, keep > 0);
        let fresh = open(&joins(&given, &given.words().unwrap()), &env, 10, keep);
        let rows = all(&fresh);
        assert_eq!(rows.len() as u64, 10 * ROWS + 9);
        assert_eq!(rows, all(&other));
        let edited = Id::new(1_700_000_000_000 + 350, [350, 350]);
        assert_eq!(rows[&edited], Some(Value::from(text(350_001))));
    }
}

#[test]
fn a_new_key_seals_every_pack_that_is_named() {
    let (given, env) = (Given::in_memory(), env(61));
    given.begin(true, &env).unwrap();
    let bucket = open(&given, &env, 4, 0);
    (1..5).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
    let before = packs(&given);
    block_on(bucket.rotate(true)).unwrap();
    let after = packs(&given);
    assert!(!before.is_empty() && !after.is_empty());
    assert!(before.keys().all(|it| !after.contains_key(it)), "{before:?} {after:?}");
}

/// A bucket of two entries, whose writer stopped once it had written the packs of a snapshot.
fn cut_off(env: &Arc<dyn Env>, keep: u64) -> Given {
    let stopped_at = |stop: usize| {
        let below = Given::in_memory();
        let halt = Arc::new(Halt::over(below.store.clone()));
        let given = Given { store: halt.clone(), ..below };
        given.begin(true, env).unwrap();
        let device = open(&given, env, 2, keep);
        push(&device, 1, "one").unwrap();
        halt.at(stop, true);
        let _is_done = push_later(&device, 2, "two").now_or_never();
        halt.never();
        let is_named = objects(&*given.store).iter().any(|(it, _)| it.starts_with("snapshot/"));
        (!is_named && !packs(&given).is_empty()).then_some(given)
    };
    (0..60).find_map(stopped_at).unwrap()
}

#[test]
fn packs_of_a_snapshot_that_was_cut_off_are_taken_away() {
    for (keep, is_taken) in [(0, true), (KEEP, false)] {
        let env = env(62);
        let given = cut_off(&env, keep);
        let lone: BTreeSet<String> = packs(&given).into_keys().collect();
        // A young one may be of a device that is still writing.
        let other = open(&given, &env, 2, keep);
        (3..7).for_each(|it| push(&other, it, &format!("later {it}")).unwrap());
        let left = packs(&given);
        if !is_taken {
            // A day later nobody is.
            let (lone, day) = (lone.clone(), Duration::from_secs(24 * 60 * 60));
            let is_lone =
                move |it: &ObjectMeta| lone.iter().any(|name| it.location.as_ref().ends_with(name));
            let says = move |mut it: ObjectMeta| {
                if is_lone(&it) {
                    it.last_modified -= day;
                }
                Some(it)
            };
            let store = Arc::new(Listing { below: given.store.clone(), says: Arc::new(says) });
            let later = open(&Given { store, ..given.clone() }, &env, 2, keep);
            (7..9).for_each(|it| push(&later, it, &format!("later {it}")).unwrap());
        }
        assert_eq!(lone.iter().all(|it| !left.contains_key(it)), is_taken, "{lone:?} {left:?}");
        assert!(lone.iter().all(|it| !packs(&given).contains_key(it)));
        assert_eq!(all(&open(&given, &env, 2, keep)), all(&other));
    }
}

#[test]
fn a_snapshot_whose_packs_are_swept_while_it_is_written_is_taken_back() {
    let (below, env) = (Given::in_memory(), env(63));
    let wire = Arc::new(Wire::new(below.store.clone(), 8, 0));
    let given = Given { store: wire.clone(), ..below };
    given.begin(true, &env).unwrap();
    let device = open(&given, &env, 3, KEEP);
    (1..3).for_each(|it| push(&device, it, &format!("row {it}")).unwrap());
    wire.sweep_at_snapshot();
    push(&device, 3, "row 3").unwrap();
    let snapshots: Vec<usize> = objects(&*given.store)
        .iter()
        .filter(|(name, _)| name.starts_with("snapshot/"))
        .map(|(_, bytes)| bytes.len())
        .collect();
    assert_eq!((packs(&given).len(), snapshots), (0, vec![0]));
    assert_eq!(all(&open(&given, &env, 3, KEEP)).len(), 3, "from the first entry on");
    (4..7).for_each(|it| push(&device, it, &format!("row {it}")).unwrap());
    assert_eq!(packs(&given).len(), 1);
    assert_eq!(all(&open(&given, &env, 3, KEEP)).len(), 6);
}

#[test]
fn a_snapshot_of_the_first_form_is_read_and_its_packs_are_written_again() {
    let (given, env) = (Given::in_memory(), env(64));
    given.begin(false, &env).unwrap();
    let bucket = open(&given, &env, 3, KEEP);
    (1..4).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
    let mut everything = objects(&*given.store);
    let of = everything.iter().position(|(name, _)| name.starts_with("snapshot/")).unwrap();
    let plain = String::from_utf8(zstd::decode_all(&everything[of].1[..]).unwrap()).unwrap();
    let (header, manifest) = plain.split_once('\n').unwrap();
    let mut other: Value = serde_json::from_str(manifest).unwrap();
    for pack in other["packs"].as_array_mut().unwrap() {
        *pack = serde_json::json!([pack["name"], pack["sum"]]);
    }
    let other = other.to_string();
    let sum = |it: &str| -> String {
        Sha256::digest(it.as_bytes()).iter().map(|it| format!("{it:02x}")).collect()
    };
    let header = header.replace(&sum(manifest), &sum(&other));
    everything[of].1 = zstd::encode_all(format!("{header}\n{other}").as_bytes(), 3).unwrap();
    // Nobody can do without it.
    everything
        .iter_mut()
        .filter(|(it, _)| it.ends_with("01") || it.ends_with("02"))
        .for_each(|(_, bytes)| bytes.clear());
    fill(&*given.store, &everything);
    let fresh = open(&given, &env, 3, KEEP);
    assert_eq!(all(&fresh).len(), 3);
    let before = packs(&given);
    (4..7).for_each(|it| push(&fresh, it, &format!("row {it}")).unwrap());
    assert_eq!(all(&open(&given, &env, 3, KEEP)).len(), 6);
    assert!(before.keys().all(|it| packs(&given).contains_key(it)));
}
