//! Tests and simulations need a Convex deployment: this starts the local one of `convex/`
//! as a process, gives it orders, and ends it when the value is dropped, also in a panic.
//! It is never part of what ships.
//!
//! ```no_run
//! # async fn example() -> Result<(), driftline_deployment::Error> {
//! use driftline_deployment::{Account, Deployment, Options};
//!
//! let deployment = Deployment::start(Options::default()).await?;
//! let ada = deployment.token(&Account::github(1001)).await?;
//! println!("{} talks to {} as {}", ada.person, deployment.url(), ada.token);
//! # Ok(())
//! # }
//! ```

mod browse;
mod build;
mod control;
mod error;
mod install;
mod process;

pub use browse::browse;
pub use build::build;
pub use control::{Account, Effect, Fault, Snapshot, State, Stats, Tokens, Visitor};
pub use error::Error;
pub use install::install;
pub use process::{Deployment, Options};
