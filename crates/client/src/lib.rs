//! What a command line and pages both do with a profile, as typed operations in one process:
//! config, import, sign-in, the first merge, its undo, sync, backup. Nothing here prints,
//! exits or reads a terminal; who sits in front of an operation is told and asked through
//! [`Ask`].
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use driftline_client::{Client, Overrides, Quiet, SystemEnv, profile::Profile, runtime, sync};
//!
//! # fn main() -> driftline_client::Result<()> {
//! let profile = Profile::choose(None)?;
//! let client = Client::new(profile, Arc::new(SystemEnv::new()?), Overrides::default())?;
//! let device = client.device()?;
//! let report = runtime()?.block_on(sync::once(&client, &device, &Quiet))?;
//! assert!(client.status(&device)?.waiting <= report.parked);
//! # Ok(())
//! # }
//! ```
//!
//! Entities, backends, readers of transcripts and providers are those that the program
//! links: nothing here names one.

mod ask;
mod client;
mod error;
mod log;
mod open_profile;
mod seen;
mod time;
mod turn;
mod variables;
mod worker;

pub mod account;
pub mod backup;
pub mod code;
pub mod config;
pub mod connect;
pub mod doctor;
pub mod errand;
pub mod exclude;
pub mod export;
pub mod first_merge;
pub mod held;
pub mod import;
pub mod importer;
pub mod profile;
pub mod purge;
pub mod resume;
pub mod service;
pub mod sign_in;
pub mod sign_out;
pub mod sync;

pub use self::{
    account::runtime,
    ask::{Ask, Question, Quiet, Step},
    client::{Client, Device},
    config::Overrides,
    errand::{Errand, Standing},
    error::{Error, Kind, Result, causes, kind_of},
    log::start as start_log,
    open_profile::{Exclusion, OpenProfile, Place},
    time::iso,
    turn::take as take_turn,
};
pub use driftline::SystemEnv;
