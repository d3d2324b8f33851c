//! The integration tests of this crate, in one program: linking is what costs.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::sync::Arc;

use driftline_core::{Replica, Schema, Simulated};
use driftline_index::Error;
use driftline_memory::MemoryStore;
use driftline_reading::Reading;

#[test]
fn without_an_index_there_is_no_search() {
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    let env = Arc::new(Simulated::new(1, 1_790_000_000_000));
    let reading = Reading::new(Arc::new(Replica::open(store, env).unwrap()));
    assert!(matches!(reading.index().map(drop), Err(Error::NoIndex)));
}
