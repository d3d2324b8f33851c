//! The integration tests of this crate, in one program: linking is what costs. They run
//! against a real server, which is started once.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod common;
mod examine;
mod faults;
mod listening;
mod mixed;
mod people;
mod sealed;
mod suite;
mod tables;
mod trips;
mod values;
