//! The key is changed while others sync, are away, or stop in between.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_bucket::{Bucket, Options};
use driftline_core::{
    Env, Error, ExposeSecret as _, Result, SecretString, Secrets, SetUp as _, Start,
};
use driftline_memory::MemoryStore;
use driftline_testing::MemorySecrets;
use futures_executor::block_on;

use crate::{
    common::{Given, PLACE, fill, objects},
    sealed::{env, pull, push, schema},
};

const OPTIONS: Options = Options { snapshot_every: 1_000, keep: 1 << 40 };

/// A sealed bucket, the device that made it, and another one that has its words.
pub(crate) fn two(seed: u64) -> (Arc<dyn Env>, Given, Given) {
    let (one, env) = (Given::in_memory(), env(seed));
    one.begin(true, &env).unwrap();
    let two = joins(&one, &one.words().unwrap());
    (env, one, two)
}

pub(crate) fn joins(given: &Given, words: &str) -> Given {
    let other = given.elsewhere();
    block_on(other.secrets.save(PLACE, "key", &words.to_owned().into())).unwrap();
    other
}

pub(crate) fn open(given: &Given, env: &Arc<dyn Env>) -> Bucket {
    given.bucket(schema(), env, OPTIONS)
}

pub(crate) fn rotate(bucket: &Bucket, is_lost: bool) -> Result<String> {
    Ok(block_on(bucket.rotate(is_lost))?.expose_secret().to_owned())
}

pub(crate) fn count(bucket: &Bucket) -> usize {
    pull(bucket).unwrap().changes.len()
}

/// What the objects of one kind say of their keys, in their order.
pub(crate) fn keys(given: &Given, kind: &str) -> Vec<String> {
    let all = objects(&*given.store).into_iter().filter(|(name, _)| name.starts_with(kind));
    let header = |bytes: &[u8]| bytes.split(|it| *it == b'\n').next().unwrap().to_vec();
    let key = |(_, bytes): (String, Vec<u8>)| {
        let header: serde_json::Value = serde_json::from_slice(&header(&bytes)).unwrap();
        header["key"].as_str().unwrap().to_owned()
    };
    all.map(key).collect()
}

#[test]
fn who_has_the_former_key_goes_on_with_the_new_one() {
    let (env, given, other) = two(20);
    let (one, two) = (open(&given, &env), open(&other, &env));
    push(&one, 1, "before").unwrap();
    assert_eq!(count(&two), 1);
    let former = given.words().unwrap();
    let words = rotate(&one, false).unwrap();
    assert!(words.ends_with(" 2"), "with the number of its entry");
    assert_ne!(given.words().unwrap(), former);
    // The other one was away meanwhile, and so was one whose mirror is lost.
    push(&two, 2, "after").unwrap();
    assert_eq!(other.words(), given.words());
    assert_eq!(count(&one), 2);
    assert_eq!(count(&open(&joins(&given, &former), &env)), 2);
    let entries = keys(&given, "entry/");
    assert_eq!(entries[0], entries[1], "the entry itself is sealed with the former key");
    assert_ne!(entries[1], entries[2]);
    assert_eq!(keys(&given, "snapshot/"), [entries[2].clone()]);
}

#[test]
fn a_lost_key_gives_no_way_to_the_new_one() {
    let (env, given, other) = two(21);
    let (one, two) = (open(&given, &env), open(&other, &env));
    push(&one, 1, "before").unwrap();
    push(&two, 2, "before, too").unwrap();
    let words = rotate(&one, true).unwrap();
    push(&one, 3, "after").unwrap();
    let before = objects(&*given.store);
    for outcome in [push(&two, 4, "waits"), pull(&two).map(|_| ())] {
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains("needs its new words") && text.contains("waits here"), "{text}");
    }
    assert_eq!(objects(&*given.store), before, "nothing is written with the former key");
    assert_eq!(block_on(other.set_up(true, &env).try_out()).unwrap().lacks, ["key"]);
    block_on(other.secrets.save(PLACE, "key", &words.into())).unwrap();
    assert!(block_on(other.set_up(true, &env).try_out()).unwrap().lacks.is_empty());
    push(&two, 4, "waited").unwrap();
    assert_eq!((count(&one), count(&two)), (4, 4));
}

#[test]
fn the_new_words_open_what_is_older() {
    for is_lost in [false, true] {
        let (env, given, _) = two(22);
        let one = open(&given, &env);
        push(&one, 1, "oldest").unwrap();
        rotate(&one, is_lost).unwrap();
        push(&one, 2, "older").unwrap();
        let words = rotate(&one, is_lost).unwrap();
        push(&one, 3, "new").unwrap();
        assert_eq!(count(&open(&joins(&given, &words), &env)), 3);
        let mut all = objects(&*given.store);
        all.retain(|(name, _)| !name.starts_with("snapshot/"));
        fill(&*given.store, &all);
        assert_eq!(count(&open(&joins(&given, &words), &env)), 3, "from the first entry on");
    }
}

#[test]
fn several_devices_change_the_key_one_after_another() {
    let (env, given, other) = two(23);
    let (one, two) = (open(&given, &env), open(&other, &env));
    assert_eq!((count(&one), count(&two)), (0, 0));
    rotate(&one, false).unwrap();
    rotate(&two, false).unwrap();
    push(&one, 1, "after both").unwrap();
    assert_eq!(count(&two), 1);
    assert_eq!(given.words(), other.words());
}

/// Secrets that keep everything but a new key.
struct Stops(Arc<MemorySecrets>);

#[async_trait]
impl Secrets for Stops {
    async fn load(&self, place: &str, name: &str) -> Result<Option<SecretString>> {
        self.0.load(place, name).await
    }

    async fn save(&self, place: &str, name: &str, secret: &SecretString) -> Result<()> {
        match name {
            "key" => Err(Error::damaged("a test", "the device stops here")),
            _ => self.0.save(place, name, secret).await,
        }
    }

    async fn remove(&self, place: &str, name: &str) -> Result<()> {
        self.0.remove(place, name).await
    }
}

#[test]
fn a_device_that_stops_before_it_keeps_the_key_has_it() {
    for is_lost in [false, true] {
        let (env, given, other) = two(24);
        push(&open(&given, &env), 1, "before").unwrap();
        let mirrors = Box::new(|_: &_| Ok(Arc::new(MemoryStore::new(schema())) as Arc<_>));
        let secrets = Arc::new(Stops(given.secrets.clone()));
        let stops = Bucket::new(Box::new(given.clone()), secrets, mirrors, env.clone());
        let former = given.words().unwrap();
        let error = rotate(&stops, is_lost).unwrap_err().to_string();
        assert!(error.contains("stops here"), "{error}");
        assert_eq!(given.words().unwrap(), former);
        let again = open(&given, &env);
        push(&again, 2, "after").unwrap();
        assert_eq!(count(&again), 2);
        assert_ne!(given.words().unwrap(), former);
        assert_eq!(pull(&open(&other, &env)).is_ok(), !is_lost);
        let entries = keys(&given, "entry/");
        assert_ne!(entries[1], entries[2]);
    }
}

#[test]
fn the_former_key_does_not_come_back_with_an_older_state() {
    let (env, given, _) = two(25);
    let one = open(&given, &env);
    push(&one, 1, "before").unwrap();
    let copy = objects(&*given.store);
    let words = rotate(&one, true).unwrap();
    push(&one, 2, "after").unwrap();
    fill(&*given.store, &copy);
    for bucket in [open(&given, &env), open(&joins(&given, &words), &env)] {
        let text = pull(&bucket).unwrap_err().to_string();
        assert!(text.contains("put back to before its key was changed"), "{text}");
    }
    // The same, where what was put down before the change is part of the copy.
    let (env, given, _) = two(26);
    push(&open(&given, &env), 1, "before").unwrap();
    let copy = objects(&*given.store);
    let words = rotate(&open(&given, &env), true).unwrap();
    let keys = objects(&*given.store).into_iter().filter(|(name, _)| name.starts_with("data/"));
    let with_keys: Vec<_> = copy.into_iter().chain(keys).collect();
    fill(&*given.store, &with_keys);
    let text = pull(&open(&joins(&given, &words), &env)).unwrap_err().to_string();
    assert!(text.contains("put back to an older state"), "{text}");
}

#[test]
fn words_with_a_number_refuse_an_older_state() {
    let (env, given, _) = two(27);
    let one = open(&given, &env);
    push(&one, 1, "kept").unwrap();
    let copy = objects(&*given.store);
    (2..5).for_each(|it| push(&one, it, &format!("lost {it}")).unwrap());
    let set_up = given.set_up(true, &env).with_log(open(&given, &env));
    let words = block_on(set_up.key()).unwrap().unwrap().expose_secret().to_owned();
    assert!(words.ends_with(" 4"), "the last entry");
    let without = words.rsplit_once(' ').unwrap().0.to_owned();
    let new = joins(&given, &words);
    assert_eq!(count(&open(&new, &env)), 4);
    assert_eq!(new.words().unwrap(), without, "a mirror goes on from there");
    fill(&*given.store, &copy);
    let new = joins(&given, &words);
    let tried = block_on(new.set_up(true, &env).try_out()).map(|_| ());
    for outcome in [tried, pull(&open(&new, &env)).map(|_| ()), push(&open(&new, &env), 5, "no")] {
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains("ends at entry 1, and had 4"), "{text}");
    }
    assert_eq!(count(&open(&joins(&given, &without), &env)), 1, "nothing tells it");
}

#[test]
fn a_place_that_is_filled_again_after_its_key_was_changed_is_the_same_persons() {
    let (env, given, other) = two(31);
    let (one, two) = (open(&given, &env), open(&other, &env));
    push(&one, 1, "before").unwrap();
    assert_eq!(count(&two), 1);
    rotate(&one, false).unwrap();
    assert_eq!(count(&two), 1);
    let before = pull(&one).unwrap().identity;
    fill(&*given.store, &[]);
    block_on(given.set_up(true, &env).begin(Start::Refill)).unwrap();
    for bucket in [&one, &two] {
        let after = pull(bucket).unwrap().identity;
        assert_eq!(after.person, before.person);
        assert_ne!(after.account, before.account);
    }
}

#[test]
fn what_is_not_sealed_has_no_key_to_change() {
    let (given, env) = (Given::in_memory(), env(28));
    given.begin(false, &env).unwrap();
    let set_up = given.set_up(false, &env).with_log(open(&given, &env));
    let error = block_on(set_up.rotate(false)).unwrap_err().to_string();
    assert!(error.contains("nothing at memory bucket is sealed"), "{error}");
}
