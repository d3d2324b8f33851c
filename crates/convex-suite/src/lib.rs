//! The convergence suite over Convex: the functions that people deploy, run by local
//! deployments and called through the client that people use, must keep every promise
//! that a hub in Rust keeps.
//!
//! ```no_run
//! use driftline_convergence::{Suite, run, scratch};
//! use driftline_core::Schema;
//!
//! # fn main() -> driftline_core::Result<()> {
//! let remotes = driftline_convex_suite::remotes()?;
//! let suite = Suite::with_remote(Schema::registered()?, scratch("memory")?, remotes)?;
//! assert!(run(&suite, 100, 100, 1, &|_| ()).failure.is_none());
//! # Ok(())
//! # }
//! ```

mod door;
mod error;
mod key;
mod node;
mod time;

use std::{collections::BTreeMap, sync::Arc, sync::Mutex, sync::PoisonError};

use driftline_convergence::{MakeRemote, OpenRemote, Remote};
use driftline_core::{Backend, Result, SecretString, Simulated};
use driftline_deployment::Snapshot;
use tokio::runtime::Runtime;

pub use self::time::MachineTime;
use crate::{door::Door, error::broken, key::OneKey, node::Node};

/// Convex deployments for schedules. Each person of a schedule has a deployment alone,
/// because wiping it or putting it back concerns everybody on it; it is used again by
/// later schedules, because starting one takes longer than playing one.
///
/// # Errors
/// When no runtime can be started.
pub fn remotes() -> Result<MakeRemote> {
    made(None)
}

/// The same, with rows that are sealed with the key of these words.
///
/// # Errors
/// When no runtime can be started.
pub fn sealed_remotes(words: SecretString) -> Result<MakeRemote> {
    made(Some(Arc::new(OneKey(words))))
}

fn made(key: Option<Arc<OneKey>>) -> Result<MakeRemote> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|it| broken("no runtime can be started", it))?;
    let pool = Arc::new(Pool { runtime: Arc::new(runtime), idle: Mutex::default() });
    Ok(Box::new(move |open| Ok(Box::new(Service::open(pool.clone(), key.clone(), open)?))))
}

/// Deployments that no schedule uses, by the person whose they are.
struct Pool {
    idle: Mutex<BTreeMap<String, Vec<Arc<Node>>>>,
    // Dropped last: ending a deployment needs it.
    runtime: Arc<Runtime>,
}

impl Pool {
    fn take(&self, person: &str, env: &Simulated) -> Result<Arc<Node>> {
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.get_mut(person).and_then(Vec::pop)
        };
        let node = match idle {
            Some(node) => node,
            None => Arc::new(self.runtime.block_on(Node::start(person, env))?),
        };
        self.runtime.block_on(node.empty())?;
        Ok(node)
    }

    fn give_back(&self, node: Arc<Node>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(node.person.clone()).or_default().push(node);
    }
}

/// One person's deployment in one schedule.
struct Service {
    pool: Arc<Pool>,
    node: Arc<Node>,
    door: Door,
    saved: Option<Snapshot>,
}

impl Service {
    fn open(pool: Arc<Pool>, key: Option<Arc<OneKey>>, open: &OpenRemote<'_>) -> Result<Self> {
        let node = pool.take(open.person, open.env)?;
        let mut door = Door::open(node.clone(), pool.runtime.clone(), open.env.clone())?;
        if let Some(key) = key {
            door = door.sealed(open.schema, key);
        }
        Ok(Self { pool, node, door, saved: None })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.pool.give_back(self.node.clone());
    }
}

impl Remote for Service {
    fn backend(&self) -> &dyn Backend {
        &self.door
    }

    fn wipe(&mut self) -> Result<()> {
        self.pool.runtime.block_on(self.node.empty())
    }

    fn save(&mut self) -> Result<()> {
        let saved = self.pool.runtime.block_on(self.node.deployment.snapshot());
        self.saved = Some(saved.map_err(|it| broken("it makes no backup", it))?);
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        let Some(saved) = &self.saved else { return Ok(false) };
        let back = self.pool.runtime.block_on(self.node.deployment.restore(saved));
        back.map_err(|it| broken("it cannot be put back", it))?;
        Ok(true)
    }
}
