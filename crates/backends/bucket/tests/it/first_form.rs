//! Entries and packs of the first programs, which wrote the stamp of each cell beside it, are read.

use driftline_bucket::Options;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    common::{Given, fill, objects},
    sealed::{env, pull, push, schema},
};

/// What an object that is not sealed holds, written anew by `change`.
fn rewritten(bytes: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let plain = String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap();
    let (header, holds) = plain.split_once('\n').unwrap();
    let mut header: Value = serde_json::from_str(header).unwrap();
    let mut other: Value = serde_json::from_str(holds).unwrap();
    change(&mut other);
    let other = other.to_string();
    let sum: String = Sha256::digest(&other).iter().map(|it| format!("{it:02x}")).collect();
    header["sum"] = sum.into();
    // The line has its names in one order, and is compared by what it says.
    zstd::encode_all(format!("{header}\n{other}").as_bytes(), 3).unwrap()
}

/// Gives each cell of these rows its own stamp.
fn unpack(rows: &mut [Value]) {
    for row in rows {
        let cells = row.as_object_mut().unwrap().remove("cells").unwrap();
        let mut first = Map::new();
        for (field, value) in cells["values"].as_object().unwrap() {
            let stamp = cells["stamps"].get(field).unwrap_or(&cells["stamp"]);
            first.insert(field.clone(), json!({ "stamp": stamp, "value": value }));
        }
        row["row"] = first.into();
    }
}

#[test]
fn rows_of_the_first_form_are_read() {
    let options = Options { snapshot_every: 3, keep: 1 << 40 };
    let (given, env) = (Given::in_memory(), env(71));
    given.begin(false, &env).unwrap();
    let bucket = given.bucket(schema(), &env, options);
    (1..3).for_each(|it| push(&bucket, it, &format!("row {it}")).unwrap());
    let mut all = objects(&*given.store);
    let mut count = 0;
    for (_, bytes) in all.iter_mut().filter(|(name, _)| name.starts_with("entry/")) {
        // Each names the entry before by its hash, so only the last one can be another.
        count += 1;
        if count == 2 {
            *bytes = rewritten(bytes, |it| unpack(it["rows"].as_array_mut().unwrap()));
        }
    }
    fill(&*given.store, &all);
    let fresh = || pull(&given.bucket(schema(), &env, options)).unwrap().changes;
    let rows = fresh();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows, pull(&bucket).unwrap().changes);
    assert!(rows.iter().all(|it| it.row.cells().count() > 0));
}
