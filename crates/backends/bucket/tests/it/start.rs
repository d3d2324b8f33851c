//! Starting from a snapshot of several packs: stopped anywhere, and while it changes.

use std::sync::Arc;

use driftline_bucket::{Bucket, MakeMirror, Options};
use driftline_core::{Backend as _, Cursor, Env, PROTOCOL, Pull};
use driftline_memory::MemoryStore;
use futures_executor::block_on;
use futures_util::FutureExt as _;

use crate::{
    common::{Given, halt::Halt, objects},
    packs::{ROWS, all, packs, push_rows},
    rotation::joins,
    sealed::{env, schema},
};

/// Pushes before the snapshot that a device starts from.
const PUSHES: u64 = 4;
/// A snapshot after each of so many entries, and nothing older stays.
const OPTIONS: Options = Options { snapshot_every: PUSHES, keep: 0 };

/// A bucket with a snapshot, under a store that can stop, and who filled it.
fn filled(env: &Arc<dyn Env>) -> (Given, Arc<Halt>, Bucket) {
    let below = Given::in_memory();
    below.begin(true, env).unwrap();
    let writer = below.bucket(schema(), env, OPTIONS);
    (0..PUSHES).for_each(|it| push_rows(&writer, it + 1, it * ROWS..(it + 1) * ROWS, 0));
    let halt = Arc::new(Halt::over(below.store.clone()));
    let device = joins(&below, &below.words().unwrap());
    (Given { store: halt.clone(), ..device }, halt, writer)
}

/// A device whose mirror outlives it.
fn open(given: &Given, mirror: &Arc<MemoryStore>, env: &Arc<dyn Env>) -> Bucket {
    let mirror = mirror.clone();
    let mirrors: MakeMirror = Box::new(move |_| Ok(mirror.clone()));
    let secrets = given.secrets.clone();
    Bucket::new(Box::new(given.clone()), secrets, mirrors, env.clone()).with_options(OPTIONS)
}

/// One look. Returns whether it came to its end.
fn looks(bucket: &Bucket) -> bool {
    let pull = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
    bucket.pull(pull).now_or_never().is_some_and(|it| it.is_ok())
}

fn mirrored(mirror: &Arc<MemoryStore>) -> usize {
    let store: &dyn driftline_core::Store = &**mirror;
    store.view(|tx| tx.scan("sessions", None, 10_000)).unwrap().len()
}

#[test]
fn a_start_that_stops_anywhere_goes_on_where_it_was() {
    let env = env(80);
    let (given, halt, writer) = filled(&env);
    let (rows, parts) = (all(&writer), packs(&given).len());
    assert!(parts > 2, "{parts} packs");
    let mirror = || Arc::new(MemoryStore::new(schema()));
    halt.answered();
    assert!(looks(&open(&given, &mirror(), &env)));
    let whole = halt.answered();
    let mut saved = 0;
    for stop in 0..whole {
        let mirror = mirror();
        halt.at(stop, true);
        assert!(!looks(&open(&given, &mirror, &env)), "at call {stop}");
        halt.never();
        let taken = mirrored(&mirror);
        halt.answered();
        let again = open(&given, &mirror, &env);
        assert!(looks(&again), "at call {stop}");
        let calls = halt.answered();
        assert!(taken == 0 || calls < whole, "at call {stop}: {calls} calls instead of {whole}");
        saved = whole - calls.min(whole);
        assert_eq!(mirrored(&mirror), rows.len(), "at call {stop}");
        if stop % 4 == 0 {
            assert_eq!(all(&again), rows, "at call {stop}");
        }
    }
    assert!(saved + 2 > parts, "only {saved} of {parts} packs were not read again");
}

#[test]
fn a_newer_snapshot_takes_the_place_of_one_that_is_half_taken_in() {
    let env = env(81);
    let (given, halt, writer) = filled(&env);
    let mirror = Arc::new(MemoryStore::new(schema()));
    halt.at(8, true);
    assert!(!looks(&open(&given, &mirror, &env)));
    halt.never();
    assert!(mirrored(&mirror) > 0, "a part of it is here");
    let before = packs(&given);
    (1..=PUSHES).for_each(|it| push_rows(&writer, PUSHES + it, it * 40..it * 40 + 1, it));
    assert!(before.keys().any(|it| !packs(&given).contains_key(it)), "what was named is gone");
    assert_eq!(all(&open(&given, &mirror, &env)), all(&writer));
}

#[test]
fn what_was_read_is_given_up_only_for_a_snapshot_that_is_whole() {
    let env = env(82);
    let (given, _, writer) = filled(&env);
    let mirror = Arc::new(MemoryStore::new(schema()));
    let device = open(&given, &mirror, &env);
    assert_eq!(all(&device), all(&writer));
    let here = mirrored(&mirror);
    // It was away while the entries that it needs were overwritten.
    (1..=2 * PUSHES).for_each(|it| push_rows(&writer, PUSHES + it, it * 20..it * 20 + 1, it));
    let (name, bytes) = objects(&*given.store)
        .into_iter()
        .rfind(|(name, bytes)| packs(&given).contains_key(name) && !bytes.is_empty())
        .unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    given.put(&name, damaged);
    let pull = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
    let told = block_on(device.pull(pull)).unwrap_err().to_string();
    assert!(told.contains("pack"), "{told}");
    assert_eq!(mirrored(&mirror), here);
    given.put(&name, bytes);
    assert_eq!(all(&device), all(&writer));
}
