//! A place that refuses some calls: each is told with what to do, and nothing is lost.

use std::{io::ErrorKind, sync::Arc};

use driftline_bucket::{Bucket, Options};
use driftline_core::{Result, SetUp as _};
use futures_executor::block_on;
use object_store::local::LocalFileSystem;
use tempfile::TempDir;

use crate::{
    common::{
        Given, objects,
        refuse::{As, Call, Refuse},
    },
    sealed::{env, pull, push, schema},
};

/// Every third entry makes a snapshot, and what is below the former one goes at once.
const OPTIONS: Options = Options { snapshot_every: 3, keep: 0 };

/// A bucket with two rows that refuses from now on.
fn refuses(call: Call, with: As) -> (Given, Given, Bucket) {
    let (given, env) = (Given::in_memory(), env(80));
    given.begin(true, &env).unwrap();
    let before = given.bucket(schema(), &env, OPTIONS);
    (1..3).for_each(|it| push(&before, it, &format!("row {it}")).unwrap());
    let store = Arc::new(Refuse { below: given.store.clone(), call, with });
    let refusing = Given { store, ..given.clone() };
    let bucket = refusing.bucket(schema(), &env, OPTIONS);
    (given, refusing, bucket)
}

fn told<T>(outcome: Result<T>) -> String {
    let error = outcome.map(|_| ()).unwrap_err();
    assert!(!error.is_transient(), "a person has to do something: {error}");
    error.to_string()
}

#[test]
fn each_call_that_is_not_permitted_is_named() {
    for with in [
        As::Forbidden,
        As::Disk(ErrorKind::PermissionDenied),
        As::Disk(ErrorKind::ReadOnlyFilesystem),
    ] {
        for (call, doing) in
            [(Call::List, "listing"), (Call::Read, "reading"), (Call::Write, "writing")]
        {
            let (given, refusing, bucket) = refuses(call, with);
            let before = objects(&*given.store);
            let mut all = vec![told(push(&bucket, 3, "waits"))];
            match call {
                Call::Write => assert_eq!(pull(&bucket).unwrap().changes.len(), 2),
                _ => all.push(told(pull(&bucket))),
            }
            all.push(told(block_on(refusing.set_up(true, &env(81)).try_out())));
            for text in all {
                assert!(text.contains(&format!("does not permit {doing}")), "{with:?}: {text}");
                assert!(text.contains("list, read, write and delete"), "{text}");
            }
            let after = objects(&*given.store);
            let ours = |(name, _): &&(String, Vec<u8>)| !name.starts_with("test/");
            assert!(after.iter().filter(ours).eq(before.iter()), "nothing is changed");
        }
    }
}

#[test]
fn who_may_not_delete_is_told_when_connecting_and_syncs() {
    for with in [As::Forbidden, As::Disk(ErrorKind::PermissionDenied)] {
        let (given, refusing, bucket) = refuses(Call::Delete, with);
        let tried = block_on(refusing.set_up(true, &env(82)).try_out()).unwrap();
        assert!(tried.notes[0].contains("nothing can be deleted"), "{:?}", tried.notes);
        (3..10).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
        let all = objects(&*given.store);
        let full = |kind: &str| {
            all.iter().filter(|(name, it)| name.starts_with(kind) && !it.is_empty()).count()
        };
        assert_eq!((full("snapshot/"), full("data/")), (1, 1), "what is old is emptied instead");
        let fresh = given.bucket(schema(), &env(83), OPTIONS);
        assert_eq!(pull(&fresh).unwrap().changes.len(), 9);
    }
}

#[test]
fn a_full_disk_is_told_and_takes_nothing_in_half() {
    for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
        let (given, _, bucket) = refuses(Call::Write, As::Disk(kind));
        let text = told(push(&bucket, 3, "waits"));
        assert!(text.contains("no room left") && text.contains("make room there"), "{text}");
        assert_eq!(pull(&bucket).unwrap().changes.len(), 2, "what is there is read");
        let room = given.bucket(schema(), &env(84), OPTIONS);
        push(&room, 3, "waits").unwrap();
        assert_eq!(pull(&bucket).unwrap().changes.len(), 3);
    }
}

#[test]
fn half_an_object_that_a_full_disk_left_in_a_folder_is_none() {
    let (folder, env) = (TempDir::new().unwrap(), env(85));
    let local = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let given = Given::new(Arc::new(local));
    given.begin(true, &env).unwrap();
    let one = given.bucket(schema(), &env, OPTIONS);
    push(&one, 1, "whole").unwrap();
    let entries = std::fs::read_dir(folder.path().join("entry")).unwrap().next().unwrap().unwrap();
    let first = entries.path().join("00000000000000000001");
    let half = std::fs::read(&first).unwrap()[..40].to_vec();
    // The folder writes an object beside its name first, and a process may be killed there.
    std::fs::write(entries.path().join("00000000000000000002#1"), half).unwrap();
    for bucket in [&one, &given.bucket(schema(), &env, OPTIONS)] {
        assert_eq!(pull(bucket).unwrap().changes.len(), 1);
    }
    push(&one, 2, "next").unwrap();
    assert_eq!(pull(&given.bucket(schema(), &env, OPTIONS)).unwrap().changes.len(), 2);
}

#[test]
fn files_of_others_are_left_alone() {
    for is_sealed in [true, false] {
        let (given, env) = (Given::in_memory(), env(86));
        given.begin(is_sealed, &env).unwrap();
        let one = given.bucket(schema(), &env, OPTIONS);
        push(&one, 1, "ours").unwrap();
        let epoch = objects(&*given.store)[0].0.split('/').nth(1).unwrap().to_owned();
        let others = [
            "holidays.jpg".to_owned(),
            "zoo/lion.txt".to_owned(),
            "entry/readme.txt".to_owned(),
            format!("entry/{epoch}/notes.txt"),
            format!("entry/{epoch}/00000000000000000007.bak"),
            "entry/another/00000000000000000009".to_owned(),
            format!("snapshot/{epoch}/x"),
            format!("snapshot/{epoch}/00000000000000000008/deeper"),
        ];
        others.iter().for_each(|it| given.put(it, b"theirs".to_vec()));
        (2..8).for_each(|it| push(&one, it, &format!("row {it}")).unwrap());
        assert_eq!(pull(&given.bucket(schema(), &env, OPTIONS)).unwrap().changes.len(), 7);
        let all = objects(&*given.store);
        for name in &others {
            let left = all.iter().find(|(it, _)| it == name).map(|(_, bytes)| &bytes[..]);
            assert_eq!(left, Some(&b"theirs"[..]), "{name}");
        }
    }
}
