//! What any service that people sync with must do, checked through its calls alone, in
//! accounts that nothing else uses. Schedules ask for more: they wipe a hub, put it back
//! and set its clock, which nobody can do to a service that others run.

mod caller;
mod calls;
mod check;
mod fleet;
mod service;

use std::fmt;

use driftline_core::Result;

pub use self::service::Contract;
use self::{caller::Caller, check::Fault};

/// A promise that the service does not keep.
#[derive(Debug)]
pub struct Broken {
    /// The promise.
    pub promise: &'static str,
    /// What was expected, and what came instead.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.what)
    }
}

/// Holds a service to its promises, and tells of each that it keeps. Stops at the first
/// that it does not.
///
/// # Errors
/// When it cannot be reached, or an account has rows already: then nothing was written.
pub async fn contract(
    contract: &Contract<'_>,
    mut kept: impl FnMut(&'static str),
) -> Result<Option<Broken>> {
    let env = &*contract.env;
    let mut one = Caller::begin(contract.hubs[0], env).await?;
    let mut other = Caller::begin(contract.hubs[1], env).await?;
    /// Runs a check, and ends with what it found.
    macro_rules! check {
        ($promise:literal, $check:expr) => {
            match $check.await {
                Ok(()) => kept($promise),
                Err(Fault::Failed(error)) => return Err(error),
                Err(Fault::Wrong(what)) => return Ok(Some(Broken { promise: $promise, what })),
            }
        };
    }
    check!("two people are two", calls::are_two(&one, &other));
    check!("a call that is repeated changes nothing", calls::repeats(&mut one));
    check!("a call that was overtaken is refused", calls::overtaken(&mut one));
    check!("another account or epoch is refused", calls::moved(&mut one));
    check!("a part of a row that it lacks is not taken", calls::parts(&mut one));
    check!("the greater stamp wins, in any order", calls::joins(&mut one));
    check!("nothing from the future is taken", calls::future(&mut one));
    check!("values come back as they went", calls::values(&mut one));
    // Before there are rows that would take them long to read.
    check!("devices over a bad wire end equal", fleet::ends_equal(contract));
    check!("long values come back whole", calls::long(&mut one));
    check!("500 rows fit into a call", calls::many(&mut one));
    check!("pages have bounds, an order and an end", calls::pages(&mut one));
    check!("nobody reaches another's rows", calls::private(&mut one, &mut other));
    check!("nobody was told of another's rows", calls::has_nothing(&other));
    Ok(None)
}
