//! The end of an account: the deployment erases everything that it has of a person. What is on
//! their devices stays there.

use driftline_core::Error as CoreError;

use super::{Deployment, facts, review::Scratch, who};
use crate::{Ask, Client, Question, Result, turn};

/// What erasing an account came to.
#[derive(Clone, Debug)]
pub struct Erased {
    /// The deployment.
    pub remote: String,
    /// Whose account it was, as nobody else can be called.
    pub who: String,
    /// How many rows were there.
    pub rows: u64,
}

/// Erases the account of whoever is signed in, if they `agreed` or do when asked, and forgets the
/// sign-in. Signing in again begins another account, which no device is bound to. None if they
/// do not agree.
///
/// # Errors
/// When nobody is signed in, or the account may still be there.
pub async fn erase(
    client: &Client,
    deployment: &Deployment,
    agreed: bool,
    ask: &dyn Ask,
) -> Result<Option<Erased>> {
    let remote = deployment.origin.host();
    let out = || CoreError::signed_out(remote.clone());
    let _turn = turn::take(client, ask).await?;
    let me = deployment.me().await?.ok_or_else(out)?;
    let who = who(&me.person, me.login.as_deref());
    if !agreed && !ask.agrees(Question::Erase { who: &who, remote: &remote })? {
        return Ok(None);
    }
    let rows = deployment.erase(me.account.as_deref()).await?.ok_or_else(out)?;
    // The session is over there, so telling it so once more may fail.
    deployment.session.sign_out().await?;
    facts::forget(client.profile.path());
    // What a first merge would have begun with.
    Scratch::remove(client)?;
    Ok(Some(Erased { remote, who, rows }))
}
