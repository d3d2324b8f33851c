//! Every object of a bucket, changed in each of several ways. Who reads it has all rows or is
//! told; nobody reads fewer or others, and what is put right again is read as it was.

use std::collections::BTreeSet;

use driftline_bucket::{Bucket, Options};
use driftline_core::{Id, Result};
use futures_executor::block_on;

use crate::{
    common::{Given, fill, objects},
    sealed::{env, pull, push, schema},
};

const OPTIONS: Options = Options { snapshot_every: 4, keep: 1 << 40 };
const ROWS: usize = 6;

type Objects = Vec<(String, Vec<u8>)>;

/// What was done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    FlipFirst,
    FlipMiddle,
    FlipLast,
    Cut,
    Empty,
    /// It changes places with another one, of its kind if there is one.
    Swap,
    Newer,
}

const CHANGES: [Change; 7] = [
    Change::FlipFirst,
    Change::FlipMiddle,
    Change::FlipLast,
    Change::Cut,
    Change::Empty,
    Change::Swap,
    Change::Newer,
];

/// The kind of an object, by its name and its first line.
fn kind(object: &(String, Vec<u8>)) -> String {
    let of = |it: &[u8]| {
        let line = it.split(|it| *it == b'\n').next().unwrap();
        let header: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(header["kind"].as_str()?.to_owned())
    };
    let plain = || zstd::decode_all(&object.1[..]).ok();
    of(&object.1).or_else(|| of(&plain()?)).unwrap_or_else(|| object.0.clone())
}

fn changed(all: &Objects, place: usize, change: Change) -> Objects {
    let mut all = all.clone();
    let kind_here = kind(&all[place]);
    let other = (0..all.len()).rev().find(|it| *it != place && kind(&all[*it]) == kind_here);
    let other = other.unwrap_or((place + 1) % all.len());
    let bytes = &mut all[place].1;
    let (half, end) = (bytes.len() / 2, bytes.len() - 1);
    match change {
        Change::FlipFirst => bytes[0] ^= 1,
        Change::FlipMiddle => bytes[half] ^= 1,
        Change::FlipLast => bytes[end] ^= 1,
        Change::Cut => bytes.truncate(half),
        Change::Empty => bytes.clear(),
        Change::Swap => {
            let theirs = all[other].1.clone();
            all[other].1 = std::mem::replace(&mut all[place].1, theirs);
        }
        Change::Newer => {
            let of = (br#""format":1,"kind":""#, br#""format":2,"kind":"unheard_"#);
            let packed = zstd::decode_all(&bytes[..]).ok();
            let plain = packed.clone().unwrap_or_else(|| bytes.clone());
            let at = plain.windows(of.0.len()).position(|it| it == of.0);
            // The space is written over several lines.
            let Some(at) = at else {
                let text =
                    String::from_utf8(plain).unwrap().replace("\"format\": 1", "\"format\": 2");
                *bytes = text.into_bytes();
                return all;
            };
            let line = [&plain[..at], &of.1[..], &plain[at + of.0.len()..]].concat();
            *bytes = match packed {
                Some(_) => zstd::encode_all(&line[..], 3).unwrap(),
                None => line,
            };
        }
    }
    all
}

fn rows(bucket: &Bucket) -> Result<BTreeSet<Id>> {
    pull(bucket).map(|page| page.changes.iter().map(|it| it.id).collect())
}

/// Changes every object in every way. Returns which kinds were noticed in which way, with what
/// was said.
fn noticed(is_sealed: bool) -> Vec<(String, Change, String)> {
    let (given, env) = (Given::in_memory(), env(90));
    given.begin(is_sealed, &env).unwrap();
    let writer = given.bucket(schema(), &env, OPTIONS);
    (1..4).for_each(|it| push(&writer, it, &format!("row {it}")).unwrap());
    if is_sealed {
        block_on(writer.rotate(false)).unwrap();
    }
    (4..=6).for_each(|it| push(&writer, it, &format!("row {it}")).unwrap());
    let (words, all) = (given.words(), objects(&*given.store));
    let joins = || {
        let other = given.elsewhere();
        words.iter().for_each(|it| other.keep(it));
        other.bucket(schema(), &env, OPTIONS)
    };
    let whole = rows(&joins()).unwrap();
    assert_eq!(whole.len(), ROWS);
    let mut noticed = Vec::new();
    for place in 0..all.len() {
        for change in CHANGES {
            let bad = changed(&all, place, change);
            let (known, fresh) = (joins(), joins());
            assert_eq!(rows(&known).unwrap(), whole);
            fill(&*given.store, &bad);
            let what = format!("{} {change:?}", all[place].0);
            for bucket in [&known, &fresh] {
                match rows(bucket) {
                    Ok(found) => assert_eq!(found, whole, "{what}"),
                    Err(error) => {
                        assert!(!error.is_transient(), "{what}: {error}");
                        noticed.push((kind(&all[place]), change, error.to_string()));
                    }
                }
            }
            let mut there = objects(&*given.store);
            there.retain(|(name, _)| !name.starts_with("wanted/"));
            assert!(there == bad, "{what}: who reads writes nothing but a request");
            fill(&*given.store, &all);
            for bucket in [&known, &fresh] {
                assert_eq!(rows(bucket).unwrap(), whole, "{what}, put right again");
            }
        }
    }
    noticed
}

#[test]
fn every_change_of_every_object_is_noticed_or_harmless() {
    for is_sealed in [true, false] {
        let noticed = noticed(is_sealed);
        let kinds = match is_sealed {
            true => &["entry", "rotation", "snapshot", "pack", "keys", "space.json"][..],
            false => &["entry", "snapshot", "pack", "space.json"][..],
        };
        for kind in kinds {
            for change in CHANGES {
                let said: Vec<&String> = noticed
                    .iter()
                    .filter(|it| it.0 == *kind && it.1 == change)
                    .map(|it| &it.2)
                    .collect();
                // An empty one says that it was overwritten, and the entries tell the same.
                let is_harmless = change == Change::Empty && *kind == "snapshot";
                assert_eq!(said.is_empty(), is_harmless, "{is_sealed} {kind} {change:?}: {said:?}");
                let newer = |it: &&String| it.contains("update this program");
                if change == Change::Newer && *kind != "pack" {
                    assert!(said.iter().any(newer), "{kind}: {said:?}");
                }
            }
        }
    }
}
