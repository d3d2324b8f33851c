//! After a purge no object holds what was purged: a snapshot without it takes the place of all
//! that is older, at once.

use std::sync::Arc;

use driftline_bucket::Options;
use driftline_core::{Replica, Simulated, Values};
use driftline_memory::MemoryStore;
use futures_executor::block_on;
use serde_json::json;

use crate::{
    common::{Given, objects},
    sealed::{env, schema},
};

const SECRET: &str = "hunter2-secret";

fn holding(given: &Given) -> Vec<String> {
    let has = |bytes: &[u8]| {
        let plain = zstd::decode_all(bytes).unwrap_or_else(|_| bytes.to_vec());
        plain.windows(SECRET.len()).any(|it| it == SECRET.as_bytes())
    };
    let all = objects(&*given.store).into_iter().filter(|(_, bytes)| has(bytes));
    all.map(|(name, _)| name).collect()
}

#[test]
fn a_purge_empties_every_object_that_holds_it() {
    let (given, env) = (Given::in_memory(), env(5));
    given.begin(false, &env).unwrap();
    let device = |seed| {
        let clock = Arc::new(Simulated::new(seed, 1_790_000_000_000));
        let store = Arc::new(MemoryStore::new(schema()));
        let options = Options { snapshot_every: 3, keep: 1 << 40 };
        let bucket = given.bucket(schema(), &env, options);
        (Replica::open(store, clock.clone()).unwrap(), bucket, clock)
    };
    let [one, other] = [1, 2].map(device);
    let sync = |it: &(Replica, driftline_bucket::Bucket, Arc<Simulated>)| {
        it.2.pass(1_000);
        block_on(it.0.sync(&it.1)).unwrap()
    };
    let values = |text: String| Values::from([("name".to_owned(), json!(text))]);
    let mut rows = Vec::new();
    for number in 0..5 {
        let text = format!("{SECRET} {number}");
        rows.push(one.0.create_values("sessions", &values(text)).unwrap());
        sync(&one);
    }
    let kept = other.0.create_values("sessions", &values("kept".into())).unwrap();
    sync(&other);
    assert!(holding(&given).len() > 5, "{:?}", holding(&given));
    for row in rows {
        one.0.purge("sessions", row).unwrap();
    }
    let report = sync(&one);
    assert_eq!(holding(&given), [""; 0]);
    assert!(report.unreached.iter().any(|it| it.contains("older versions")), "{report:?}");
    // Who was behind starts from the snapshot, and so does who is new.
    let fresh = device(3);
    for it in [&other, &fresh, &one] {
        sync(it);
        assert_eq!(it.0.digest().unwrap(), one.0.digest().unwrap());
        assert!(it.0.get_values("sessions", kept).unwrap().is_some());
    }
    assert_eq!(holding(&given), [""; 0]);
}
