//! What the operations of this crate do, through its public items: with real SQLite files,
//! and where one signs in, with the local deployment. How a command line says it is tested
//! in `crates/app`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

// What a program links.
use driftline_convex as _;
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;

mod account;
mod backup;
mod config;
mod connect;
mod doctor;
mod exclude;
mod export;
mod held;
mod import;
mod profile;
mod secrets;
mod sync;
mod watch;
mod world;
