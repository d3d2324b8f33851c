//! The integration tests of this crate, in one program: linking is what costs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails"
)]

mod ahead;
mod answers;
mod clocks;
mod common;
mod conflicts;
mod deriving;
mod erasing;
mod excluding;
mod exporting;
mod finding;
mod healing;
mod holding;
mod judging;
mod laws;
mod leaving;
mod live;
mod marking;
mod merging;
mod overtaking;
mod pages;
mod purging;
mod queueing;
mod refusing;
mod replacing;
mod review;
mod schema;
mod service;
mod snapshots;
mod splitting;
mod spreading;
mod syncing;
mod trash;
mod writing;
