//! A person's own PostgreSQL database as the remote that their devices sync with.
//!
//! The rules are core's own ([`driftline_core::hub`]), and none of them is written again in
//! SQL: a push locks the person's state, loads what it touches, is judged here, and is written
//! back, in a handful of statements over sets. A row is one column of canonical bytes, read
//! and written alike by every version; views with typed columns are there for people, and
//! needed by nobody. `docs/postgres.md` in the repository says how it is set up.

mod address;
mod cells;
mod examine;
mod fault;
mod listen;
mod load;
mod migrate;
mod plugin;
mod pull;
mod push;
mod remote;
mod seal;
mod session;
mod set_up;
mod store;
mod tls;
mod views;

pub use self::{address::Address, remote::Postgres};
