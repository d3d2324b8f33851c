//! A person's own Convex deployment as the remote that their devices sync with.
//!
//! Calls go over HTTPS to the functions that are deployed from this repository. What
//! travels is written down in `convex/WIRE.md`.

mod account;
mod answer;
mod call;
mod chunk;
mod fault;
mod live;
mod long_values;
mod plugin;
mod remote;
mod row;
mod seal;
mod set_up;

pub use driftline_convex_client::Origin;

pub use self::remote::Convex;
