//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod attributes;
mod budget;
mod compress;
mod crowd;
mod desk;
mod heavy;
mod hostile;
mod markup;
mod modules;
mod session;
mod standing;
mod visit;
