//! Models that are checked exhaustively: of the engine, in [`engine`], and of the log of a bucket.
//!
//! A bucket has no server that could keep an order. Its devices keep it together, by creating
//! numbered entries, each only if it is absent. Whether that holds when answers are lost, writes
//! take effect late, devices stop at any step and the bucket itself is wiped or put back is
//! nothing that tests of single cases can tell. So the protocol of `driftline-bucket` is written
//! here once more, without bytes and time, and every order of its steps is tried.
//!
//! ```text
//! cargo run -p driftline-model --release            # every scope, with its states and depth
//! cargo run -p driftline-model --release -- large   # greater ones, for minutes; or `large NAME`
//! cargo run -p driftline-model --release -- walks   # random walks through the engine's greatest
//! ```
//!
//! [`bucket`] is the store, [`device`] what a device does, [`step`] what can
//! happen, and [`run`] when.
//! [`Mistake`] lists the rules of the protocol; each can be left out, and is missed then.

pub mod bucket;
pub mod device;
pub mod engine;
mod mistake;
mod properties;
pub mod run;
mod scope;
mod state;
pub mod step;

pub use self::{mistake::Mistake, run::Run, scope::Scope, state::State};
