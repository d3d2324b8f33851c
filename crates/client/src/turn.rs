//! Waiting for the right to sync a profile, so that it can be given up: no lock of the
//! system is waited in.

use driftline_core::Millis;

use crate::{Ask, Client, Result, Step, profile::Turn};

/// How often it is tried again.
const AGAIN: Millis = 100;

/// Takes the turn of the client's profile; waits for it if somebody else has it.
///
/// # Errors
/// When the profile's folder cannot be written or locked.
pub async fn take(client: &Client, ask: &dyn Ask) -> Result<Turn> {
    let mut waits = false;
    loop {
        if let Some(turn) = Turn::take_if_free(&client.profile)? {
            return Ok(turn);
        }
        if !std::mem::replace(&mut waits, true) {
            ask.told(Step::Waiting)?;
        }
        client.env.sleep(AGAIN).await;
    }
}
