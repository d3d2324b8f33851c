//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod agents;
mod back;
mod bad_input;
mod beside;
mod common;
mod database;
mod document;
mod forks;
mod growth;
mod list;
mod noise;
mod packed;
mod rows;
mod secrets;
mod traps;
mod walk;
