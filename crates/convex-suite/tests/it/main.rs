//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod contract;
mod live;
mod schedules;
mod sealed;
mod uploads;
