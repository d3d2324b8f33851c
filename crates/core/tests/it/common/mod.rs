//! A small world for tests: two entities, devices with their own clocks, one hub.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

pub mod calls;
pub mod owned;
pub mod wire;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use driftline_core::{
    Backend, Hub, Id, Replica, Result, Schema, Simulated, Stamp, SyncReport, Value, device,
    store::Durability,
};
use driftline_derive::SyncEntity;
use driftline_memory::MemoryStore;
use futures_executor::block_on;

/// When every test begins, in milliseconds since 1970.
pub const START: u64 = 1_790_000_000_000;
pub const MINUTE: u64 = 60_000;
pub const DAY: u64 = 24 * 60 * MINUTE;

/// A folder, known by its path.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "folders")]
pub struct Folder {
    /// Where it is.
    #[sync(key)]
    pub path: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Where it is on this machine.
    #[sync(local)]
    pub here: Option<String>,
}

/// A line in a folder; it cannot be edited.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "lines", append_only)]
pub struct Line {
    /// The folder it belongs to.
    #[sync(owner = "folders")]
    pub folder: Option<Id>,
    /// What it says.
    pub text: Option<String>,
}

/// One device.
pub struct Device {
    pub store: MemoryStore,
    pub env: Arc<Simulated>,
    pub replica: Arc<Replica>,
}

impl Device {
    pub fn new(seed: u64) -> Self {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let env = Arc::new(Simulated::new(seed, START));
        let replica = Replica::open(Arc::new(store.clone()), env.clone()).unwrap();
        Self { store, env, replica: Arc::new(replica) }
    }

    pub fn sync(&self, hub: &dyn Backend) -> Result<SyncReport> {
        self.env.pass(10);
        block_on(self.replica.sync(hub))
    }

    pub fn folder(&self, path: &str) -> Id {
        self.env.pass(10);
        let folder = Folder { path: Some(path.into()), ..Folder::default() };
        self.replica.create(&folder).unwrap()
    }

    pub fn rename(&self, id: Id, name: &str) {
        self.env.pass(10);
        self.replica.update::<Folder>(id, |it| it.name = Some(name.into())).unwrap();
    }

    pub fn name(&self, id: Id) -> Option<String> {
        self.replica.get::<Folder>(id).unwrap().and_then(|it| it.value.name)
    }

    /// Imports what a record says of a folder.
    pub fn import(&self, id: Id, completeness: u16, values: &[(&'static str, &str)]) -> bool {
        let entity = self.replica.schema().entity("folders").unwrap();
        let stamp = Stamp::machine(1_000, completeness, 1, completeness.into());
        let row: driftline_core::Row =
            values.iter().map(|(field, text)| (*field, stamp, Value::from(*text))).collect();
        self.replica
            .write_with(Durability::Normal, |tx| {
                let done = tx.import(entity, id, row.into_cells().collect(), Vec::new())?;
                Ok(matches!(done, device::Imported::New | device::Imported::Grown))
            })
            .unwrap()
    }

    pub fn waiting(&self) -> u64 {
        self.replica.status(Some("hub")).unwrap().waiting
    }
}

pub fn imported(name: &str) -> Id {
    Id::imported(0, &["tool", name])
}

pub fn hub() -> Hub {
    hub_of(MemoryStore::new(Schema::registered().unwrap()), "ana")
}

/// A hub of somebody; each hub has another account and epoch.
pub fn hub_of(store: MemoryStore, person: &str) -> Hub {
    static NEXT: AtomicU64 = AtomicU64::new(1_000);
    let env = Simulated::new(NEXT.fetch_add(1, Ordering::Relaxed), START);
    Hub::open(Arc::new(store), person, &env).unwrap()
}
