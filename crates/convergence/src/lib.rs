//! The suite that every entity and every backend is held to.
//!
//! A *schedule* is a few devices, a hub, and a hundred steps, all drawn from a seed:
//! people create, edit, delete and restore, transcripts are imported, devices sync over
//! a wire that loses, delays, repeats and reorders, processes die between any two
//! transactions, clocks are a year off, hubs are wiped and restored. Then everything
//! settles, and every replica is compared with a [model](self#the-model) that was told
//! of every write.
//!
//! # The model
//! A list of every write that anybody made, joined at the end by code that shares
//! nothing with the engine. Comparing replicas with each other is not enough: they can
//! agree on having lost the same write.
//!
//! # Running it
//! ```text
//! cargo xtask sim --schedules 100000 --seed 1 --backends memory,sqlite
//! cargo xtask sim --schedules 1 --seed 4711      # one schedule again
//! ```
//! A schedule that fails is shrunk to the few steps that matter and printed with its
//! seed. Nothing in it depends on anything but the seed.

mod device;
mod dice;
mod fleet;
mod fragile;
mod link;
mod model;
mod plan;
mod run;
mod shrink;
mod suite;
mod verify;

pub use self::{
    fleet::Counts,
    plan::{Action, Fault, Plan, Step, World},
    run::{Failure, Outcome, run},
    suite::{MakeScratch, Suite},
};
