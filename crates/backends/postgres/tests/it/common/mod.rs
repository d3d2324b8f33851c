//! What several tests need.

pub(crate) mod device;
pub(crate) mod proxy;
pub(crate) mod server;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use driftline_core::{
    Answers, Backend as _, Change, Cursor, Id, Identity, PROTOCOL, Page, Pull, Push, Result, Row,
    Schema, Secrets, Serial, Stamp, Value,
};
use driftline_postgres::{Address, Postgres};
use driftline_testing::{Clock, START};

/// The remote at an address, for every entity that is linked. Its own clock is that of the
/// server, whose time the stamps of [`change`] are long before.
pub(crate) fn open(address: &str) -> Postgres {
    with_secrets(address, None)
}

/// The same with secrets.
pub(crate) fn with_secrets(address: &str, secrets: Option<Arc<dyn Secrets>>) -> Postgres {
    // Each draws other names than those before it.
    static SEEDS: AtomicU64 = AtomicU64::new(7);
    let seed = SEEDS.fetch_add(0x1234_5678_9abc_def1, Ordering::Relaxed);
    let env = Arc::new(Clock::running(seed, START));
    let address = Address::read(address).unwrap();
    Postgres::new(address, Schema::registered().unwrap(), env, secrets)
}

/// A new row, or all of an old one, as a device sends it.
pub(crate) fn change(entity: &str, id: Id, stamp: u64, fields: &[(&str, Value)]) -> Change {
    let cells = fields
        .iter()
        .map(|(field, value)| ((*field).to_owned(), Stamp::person(stamp, 0, 1), value.clone()));
    let row = Row::from_iter(cells);
    Change { entity: entity.into(), id, row, birth: true, whole: true }
}

/// The id with this number.
pub(crate) fn id(number: u64) -> Id {
    Id::new(1_700_000_000_000 + number, [number, number])
}

/// A device that calls a remote.
pub(crate) struct Caller<'a> {
    remote: &'a Postgres,
    device: &'a str,
    serial: Serial,
    identity: Identity,
}

impl<'a> Caller<'a> {
    pub(crate) async fn new(remote: &'a Postgres, device: &'a str) -> Self {
        let identity = pull(remote, Cursor::default()).await.unwrap().identity;
        Self { remote, device, serial: Serial::default(), identity }
    }

    pub(crate) async fn push(&mut self, changes: Vec<Change>) -> Result<Answers> {
        self.serial = self.serial.next();
        self.push_again(changes).await
    }

    /// With the serial number of the last call.
    pub(crate) async fn push_again(&self, changes: Vec<Change>) -> Result<Answers> {
        self.push_to(self.remote, changes).await
    }

    /// The same through another door.
    pub(crate) async fn push_to(&self, to: &Postgres, changes: Vec<Change>) -> Result<Answers> {
        let Identity { account, epoch, .. } = self.identity.clone();
        let (protocol, device, serial) = (PROTOCOL, self.device.to_owned(), self.serial);
        to.push(Push { protocol, account, epoch, device, serial, changes }).await
    }
}

/// The first page after a cursor.
pub(crate) async fn pull(remote: &Postgres, cursor: Cursor) -> Result<Page> {
    remote.pull(Pull { protocol: PROTOCOL, cursor, rows: 500, bytes: 4 << 20 }).await
}

/// Every row, by pages of so many rows and bytes.
pub(crate) async fn all(remote: &Postgres, rows: usize, bytes: usize) -> Vec<Change> {
    let (mut found, mut cursor) = (Vec::new(), Cursor::default());
    loop {
        let page = remote.pull(Pull { protocol: PROTOCOL, cursor, rows, bytes }).await.unwrap();
        found.extend(page.changes);
        if page.next == page.head {
            return found;
        }
        assert!(page.next > cursor);
        cursor = page.next;
    }
}
