//! A store whose process can be made to die at a chosen transaction: before it
//! commits, or after it did and before anybody hears of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use driftline_core::{
    Durability, Error, Result, Schema, Store,
    store::{ReadJob, StoreTx, WriteJob},
};

/// When the process dies. Shared by all its handles.
#[derive(Debug)]
pub(crate) struct Fuse {
    left: AtomicI64,
    after: AtomicBool,
    dead: AtomicBool,
}

impl Fuse {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            left: AtomicI64::new(-1),
            after: AtomicBool::new(false),
            dead: AtomicBool::new(false),
        })
    }

    /// Dies at the `nth` write transaction from now.
    pub(crate) fn arm(&self, nth: usize, after: bool) {
        self.left.store(i64::try_from(nth).unwrap_or(0), Ordering::Relaxed);
        self.after.store(after, Ordering::Relaxed);
    }

    pub(crate) fn disarm(&self) {
        self.left.store(-1, Ordering::Relaxed);
        self.dead.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Whether the transaction at which it died was committed.
    pub(crate) fn committed(&self) -> bool {
        self.is_dead() && self.after.load(Ordering::Relaxed)
    }

    fn dies_now(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        if left > 0 {
            self.left.store(left - 1, Ordering::Relaxed);
        }
        left == 0
    }
}

/// The store of a process that may die.
pub(crate) struct Fragile {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) fuse: Arc<Fuse>,
}

/// What a dead process would say if it could.
pub(crate) fn died() -> Error {
    Error::Store { what: "the process died".into(), help: "start it again".into(), source: None }
}

impl Store for Fragile {
    fn schema(&self) -> &Schema {
        self.store.schema()
    }

    fn write(&self, durability: Durability, job: WriteJob<'_>) -> Result<()> {
        if self.fuse.is_dead() {
            return Err(died());
        }
        if !self.fuse.dies_now() {
            return self.store.write(durability, job);
        }
        self.fuse.dead.store(true, Ordering::Relaxed);
        let after = self.fuse.after.load(Ordering::Relaxed);
        let die = |tx: &mut dyn StoreTx| {
            job(tx)?;
            if after { Ok(()) } else { Err(died()) }
        };
        self.store.write(durability, Box::new(die))?;
        Err(died())
    }

    fn read(&self, job: ReadJob<'_>) -> Result<()> {
        if self.fuse.is_dead() { Err(died()) } else { self.store.read(job) }
    }

    fn version(&self) -> Result<u64> {
        self.store.version()
    }
}
