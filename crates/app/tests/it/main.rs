//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod account;
mod app;
mod backup;
mod common;
mod config;
mod connect;
mod crash;
#[cfg(target_os = "linux")]
mod damage;
mod doctor;
mod erasing;
mod export;
#[cfg(target_os = "linux")]
mod faults;
mod first_merge;
mod guard;
mod held;
mod import;
mod inbox;
#[cfg(target_os = "linux")]
mod kills;
mod lists;
mod others;
mod output;
mod processes;
mod purging;
mod resume;
mod rows;
mod search;
mod shown;
mod sign_in;
mod sync;
mod talk;
mod terminal;
mod trail;
mod transcripts;
mod watch;
