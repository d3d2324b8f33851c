//! A device that stops at each of its calls, before or after the call took effect, and goes on
//! with the mirror that it had.

use std::{collections::BTreeSet, sync::Arc};

use driftline_bucket::{Bucket, MakeMirror, Options};
use driftline_core::{Env, Id};
use driftline_memory::MemoryStore;
use futures_util::FutureExt as _;

use crate::{
    common::{Given, halt::Halt, objects},
    sealed::{env, pull, push, push_later, schema},
};

const OPTIONS: Options = Options { snapshot_every: 2, keep: 0 };
/// More calls than any step below makes.
const CALLS: usize = 60;

/// A device whose mirror outlives it.
struct Device {
    given: Given,
    mirror: Arc<MemoryStore>,
    env: Arc<dyn Env>,
}

impl Device {
    fn open(&self) -> Bucket {
        let mirror = self.mirror.clone();
        let mirrors: MakeMirror = Box::new(move |_| Ok(mirror.clone()));
        let secrets = self.given.secrets.clone();
        Bucket::new(Box::new(self.given.clone()), secrets, mirrors, self.env.clone())
            .with_options(OPTIONS)
    }
}

fn rows(bucket: &Bucket) -> BTreeSet<Id> {
    pull(bucket).unwrap().changes.iter().map(|it| it.id).collect()
}

/// Stops at call `stop` of `job`. Returns whether the job came to its end before.
fn stops_at(stop: usize, has_effect: bool, job: impl Fn(&Bucket) -> bool) -> bool {
    let env = env(70);
    let below = Given::in_memory();
    below.begin(true, &env).unwrap();
    let other = below.bucket(schema(), &env, OPTIONS);
    (1..4).for_each(|it| push(&other, it, &format!("before {it}")).unwrap());
    let halt = Arc::new(Halt::over(below.store.clone()));
    let given = Given { store: halt.clone(), ..below };
    let device = Device { given, mirror: Arc::new(MemoryStore::new(schema())), env: env.clone() };
    assert_eq!(rows(&device.open()).len(), 3);
    halt.at(stop, has_effect);
    let is_done = job(&device.open());
    halt.never();
    // It starts again, and what was under way is done once.
    let again = device.open();
    push(&again, 9, "stopped").unwrap();
    let all = rows(&again);
    assert_eq!(all.len(), 4, "at call {stop}");
    assert_eq!(rows(&other), all, "at call {stop}");
    let words = device.given.words().unwrap();
    let fresh = Given { secrets: Arc::default(), ..device.given.clone() };
    fresh.keep(&words);
    assert_eq!(rows(&fresh.bucket(schema(), &env, OPTIONS)), all, "at call {stop}");
    assert!(!objects(&*device.given.store).is_empty());
    is_done
}

/// Stops `job` at each of its calls. Returns how many it makes.
fn at_every_call(job: impl Fn(&Bucket) -> bool) -> usize {
    let mut done = Vec::new();
    for has_effect in [false, true] {
        done.push((0..CALLS).find(|stop| stops_at(*stop, has_effect, &job)).unwrap());
    }
    done[0]
}

#[test]
fn a_push_that_stops_anywhere_is_made_once() {
    // The fourth entry, after which a snapshot is written and old entries are overwritten.
    let calls = at_every_call(|bucket| push_later(bucket, 8, "stopped").now_or_never().is_some());
    assert!(calls > 8, "{calls} calls");
}

#[test]
fn a_new_key_that_stops_anywhere_locks_nobody_out() {
    for is_lost in [false, true] {
        let calls = at_every_call(|bucket| bucket.rotate(is_lost).now_or_never().is_some());
        assert!(calls > 8, "{calls} calls");
    }
}
