//! Signing out: the sign-in is forgotten, everything that is here stays here. What was not
//! sent is counted first, and its owner decides.

use std::path::PathBuf;

use driftline_auth::State;

use crate::{
    Ask, Client, Device, Error, Result,
    account::{Deployment, Unsent, facts, review::Scratch, unsent},
    sync, turn,
};

/// What becomes of changes that the remote does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// They are sent first.
    Send,
    /// They wait for the next sign-in.
    Keep,
    /// The same, and they are written to a new file, too, a line of JSON for each row.
    Export(PathBuf),
}

/// What a sign-out came to.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// The deployment.
    pub remote: String,
    /// What became of the session there.
    pub session: Ended,
    /// What the remote does not have.
    pub unsent: Unsent,
}

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There was none.
    Nobody,
    /// It is over.
    Told,
    /// The deployment was not reached; it ends by itself.
    NotReached,
}

/// Signs out. `decide` is asked what becomes of so many changes that were not sent; if it
/// does not say, nothing is done.
///
/// # Errors
/// [`Error::Unsent`] when nobody has decided, or not all could be sent; else when the
/// remote was not reached for sending, or a file cannot be written.
pub async fn sign_out(
    client: &Client,
    device: &Device,
    decide: impl FnOnce(u64) -> Result<Option<Leave>>,
    ask: &dyn Ask,
) -> Result<SignedOut> {
    let deployment = Deployment::required(client, &device.config, false)?;
    let remote = deployment.origin.host();
    let _turn = turn::take(client, ask).await?;
    // Tokens that cannot be read can still be deleted.
    if matches!(deployment.session.state().await, Ok(State::SignedOut)) {
        return Ok(SignedOut { remote, session: Ended::Nobody, unsent: Unsent::none() });
    }
    let before = Unsent::of(&device.replica)?.meant();
    let leave = decide(before)?;
    if leave.is_none() && before > 0 {
        return Err(Error::Unsent { count: before, failed: false });
    }
    if leave == Some(Leave::Send) {
        sync::exchange(client, device, ask).await?;
    }
    let unsent = Unsent::of(&device.replica)?;
    if leave == Some(Leave::Send) && unsent.meant() > 0 {
        return Err(Error::Unsent { count: unsent.meant(), failed: true });
    }
    if let Some(Leave::Export(path)) = &leave {
        unsent::export(&device.replica, path)?;
    }
    let told = deployment.session.sign_out().await?;
    facts::forget(client.profile.path());
    // What a first merge would have begun with.
    Scratch::remove(client)?;
    let session = if told { Ended::Told } else { Ended::NotReached };
    Ok(SignedOut { remote, session, unsent })
}
