//! A bucket in memory and in a folder, with a wire that fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where it fails"
)]

mod common;
mod damage;
mod put_back;
mod sealed;
mod set_up;
mod suite;
