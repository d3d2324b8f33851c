//! A bucket in memory and in a folder, with a wire that fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where it fails"
)]

mod answers;
mod changed;
mod common;
mod damage;
mod examine;
mod first_form;
mod folder;
mod former;
mod holes;
mod packs;
mod purging;
mod put_back;
mod refusals;
mod rotation;
mod sealed;
mod service;
mod set_up;
mod start;
mod stops;
mod suite;
mod time;
mod unreadable;
mod wanted;
