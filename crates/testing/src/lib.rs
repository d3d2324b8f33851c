//! What tests of several crates share: clocks, a folder with a home in it and transcripts
//! there, requests written by hand, a PostgreSQL server, secrets, what snapshots leave out, and
//! waiting. What one crate's tests alone need is in its `tests/it`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod clock;
mod home;
mod postgres;
mod redact;
mod request;
mod secrets;
mod wait;

pub use self::{
    clock::Clock,
    home::{Home, line, message_name, session_name, snapshot, written},
    postgres::PostgresServer,
    redact::{markup, redact},
    request::{Answer, Request, closed_port},
    secrets::MemorySecrets,
    wait::{PATIENCE, until},
};

/// When tests begin, in milliseconds since 1970.
pub const START: driftline_core::Millis = 1_790_000_000_000;
