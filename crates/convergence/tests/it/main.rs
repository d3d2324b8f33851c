//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod contract;
mod found;
mod held;
mod journal;
mod readers;
mod remote;
mod schedules;
mod vectors;
