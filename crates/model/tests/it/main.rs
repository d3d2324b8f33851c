//! The protocol keeps its promises in every small scope, and each rule of it is needed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod engine;
mod replay;
mod small;
mod stories;
