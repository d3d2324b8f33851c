//! What several tests need.

pub(crate) mod server;

use std::sync::Arc;

use driftline_core::Schema;
use driftline_postgres::{Address, Postgres};
use driftline_testing::{Clock, START};

/// The remote at an address, for every entity that is linked.
pub(crate) fn open(address: &str) -> Postgres {
    let env = Arc::new(Clock::running(7, START));
    Postgres::new(Address::read(address).unwrap(), Schema::registered().unwrap(), env, None)
}
