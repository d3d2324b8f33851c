//! A person's own Convex deployment as the remote that their devices sync with.
//!
//! Calls go over HTTPS to the functions that are deployed from this repository. What
//! travels is written down in `convex/WIRE.md`.

mod address;
mod answer;
mod call;
mod chunk;
mod fault;
mod live;
mod number;
mod plugin;
mod remote;
mod row;
mod transport;

pub use self::{address::Address, remote::Convex};
