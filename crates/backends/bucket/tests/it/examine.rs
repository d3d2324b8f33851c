//! A bucket that is looked over.

use driftline_bucket::Options;
use driftline_core::{Examine as _, Examined};
use futures_executor::block_on;
use sha2::{Digest as _, Sha256};

use crate::{
    common::{Given, fill, objects},
    rotation::joins,
    sealed::{env, pull, push, schema},
};

const OPTIONS: Options = Options { snapshot_every: 4, keep: 1 << 40 };

fn told(all: &Examined, what: &str) -> String {
    let found = &all.findings.iter().find(|it| it.what == what).unwrap().found;
    found.as_ref().map_or_else(ToString::to_string, Clone::clone)
}

#[test]
fn what_is_there_and_what_is_read_is_told() {
    let (given, env) = (Given::in_memory(), env(40));
    given.begin(true, &env).unwrap();
    let bucket = given.bucket(schema(), &env, OPTIONS);
    (1..6).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
    let away = joins(&given, &given.words().unwrap());
    block_on(bucket.rotate(false)).unwrap();
    let before = objects(&*given.store);
    let all = block_on(bucket.examine());
    assert!(all.findings.iter().all(|it| it.found.is_ok()), "{all:?}");
    assert!(told(&all, "key").ends_with(", since entry 6"), "{all:?}");
    assert_eq!(told(&all, "entries"), "6 there, the last is number 6");
    assert_eq!(told(&all, "snapshot"), "at entry 6");
    assert_eq!(told(&all, "log"), "read up to entry 6");
    assert_eq!(all.identity, Some(pull(&bucket).unwrap().identity));
    let words = given.words().unwrap();
    let said = format!("{all:?}");
    let two: Vec<&str> = words.split(' ').take(2).collect();
    assert!(!said.contains(&two.join(" ")), "{said}");
    // One that was away finds the new key, as it does when it syncs.
    let looked = block_on(away.bucket(schema(), &env, OPTIONS).examine());
    assert!(looked.findings.iter().all(|it| it.found.is_ok()), "{looked:?}");
    assert_eq!(told(&looked, "snapshot"), "at entry 6");
    assert_eq!(away.words(), given.words());
    assert_eq!(objects(&*given.store), before);
}

#[test]
fn who_writes_other_sums_is_named_and_the_rest_goes_on() {
    let (given, env) = (Given::in_memory(), env(41));
    given.begin(false, &env).unwrap();
    let bucket = given.bucket(schema(), &env, OPTIONS);
    (1..3).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
    let mut all = objects(&*given.store);
    let (_, bytes) = all.iter_mut().rfind(|(name, _)| name.starts_with("entry/")).unwrap();
    let plain = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap();
    let (header, entry) = plain.split_once('\n').unwrap();
    let at = entry.find("\"sums\":{\"sessions\":").unwrap();
    let other = format!("{}\"sums\":{{\"sessions\":7}}}}", &entry[..at]);
    let sum = |it: &str| -> String {
        Sha256::digest(it.as_bytes()).iter().map(|it| format!("{it:02x}")).collect()
    };
    let header = header.replace(&sum(entry), &sum(&other));
    *bytes = zstd::encode_all(format!("{header}\n{other}").as_bytes(), 3).unwrap();
    fill(&*given.store, &all);
    let fresh = given.bucket(schema(), &env, OPTIONS);
    assert_eq!(pull(&fresh).unwrap().changes.len(), 2, "it goes by its own");
    let looked = block_on(fresh.examine());
    let said = told(&looked, "sums");
    assert!(said.contains("entry 2") && said.contains("device row 2"), "{said}");
    push(&fresh, 3, "row 3").unwrap();
    assert!(told(&block_on(fresh.examine()), "sums").contains("device row 2"));
}
