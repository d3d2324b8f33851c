//! What the contract is checked with: a service, and what devices of its people are made of.

use std::sync::Arc;

use driftline_core::{Backend, Env, Schema};

use crate::remote::MakeScratch;

/// A service, as two people reach it.
pub struct Contract<'a> {
    /// Their hubs. Both accounts must be without rows.
    pub hubs: [&'a dyn Backend; 2],
    /// The entities that the service knows.
    pub schema: &'a Schema,
    /// What devices keep their rows in.
    pub local: MakeScratch,
    /// Real time, for the service has a clock of its own.
    pub env: Arc<dyn Env>,
    /// Rounds of devices that write and sync at once.
    pub rounds: usize,
}
