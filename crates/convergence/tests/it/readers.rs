//! Whoever reads, on every store: one state, for as long as it takes, and nobody waits for it.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use driftline_core::{Durability, store::StoreTx};

use crate::journal::on_every_store;

/// Far longer than a write takes. Only a store that breaks its promise is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

fn set(text: &'static str) -> impl FnOnce(&mut dyn StoreTx) -> driftline_core::Result<()> {
    move |tx| tx.set_meta("test", Some(text))
}

#[test]
fn nobody_who_writes_waits_for_a_reader_and_a_reader_sees_one_state() {
    on_every_store(|name, store| {
        store.transact(Durability::Normal, set("before")).unwrap();
        let (told, tells) = channel();
        let writer = store.clone();
        let read = store.view(|tx| {
            let before = tx.meta("test")?;
            let write = move || told.send(writer.transact(Durability::Normal, set("after")));
            thread::spawn(write);
            let written = tells.recv_timeout(PATIENCE);
            Ok((before, written, tx.meta("test")?))
        });
        let (before, written, still) = read.unwrap();
        assert!(!matches!(written, Err(RecvTimeoutError::Timeout)), "{name}: a writer waits");
        written.unwrap().unwrap();
        assert_eq!(
            (before.as_deref(), still.as_deref()),
            (Some("before"), Some("before")),
            "{name}"
        );
        let after = store.view(|tx| tx.meta("test")).unwrap();
        assert_eq!(after.as_deref(), Some("after"), "{name}");
    });
}
