//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod common;
mod counts;
mod files;
mod plugin;
mod power;
mod purging;
mod queries;
mod round_trip;
mod sharing;
mod transactions;
mod upgrade;
