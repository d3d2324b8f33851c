//! What a sync does about a hub that fails: it asks a few times, and looks whether the hub
//! works at all before it blames a row.

use super::{Exchange, breathe};
use crate::{
    Answers, Backend, Durability, Env, Error, Millis, Page, Pull, Push, Result, Stale,
    device::{self, Batch},
};

/// How often a call is made again that failed for a reason that may pass.
const AGAIN: u32 = 4;
/// The longest wait before the first of them; it doubles from one to the next.
const WAIT: Millis = 300;
/// A hub that asks for more than this is left to the next sync.
const PATIENCE: Millis = 5_000;

/// Pulls, and again if the hub is away for a moment. Returns how many calls that took, too.
pub(super) async fn ask(env: &dyn Env, remote: &dyn Backend, request: Pull) -> (u32, Result<Page>) {
    let mut again = 0;
    loop {
        match remote.pull(request.clone()).await {
            Err(error) => {
                if let Err(error) = wait(env, error, &mut again).await {
                    return (again + 1, Err(error));
                }
            }
            page => return (again + 1, page),
        }
    }
}

/// Waits before a call is made again, or says that it is not: a random part of a time
/// that doubles, so that two devices that met do not meet again.
async fn wait(env: &dyn Env, error: Error, again: &mut u32) -> Result<()> {
    let asked = match &error {
        Error::Unavailable { retry_after, .. } => retry_after.unwrap_or(0),
        _ => return Err(error),
    };
    if *again == AGAIN || asked > PATIENCE {
        return Err(error);
    }
    let random = env.random() % ((WAIT << *again) + 1);
    *again += 1;
    env.sleep(random.max(asked)).await;
    Ok(())
}

/// Makes the call `push`, and again if the hub is away for a moment. One that arrived all the same
/// makes the next one an old call, which is made anew. None: the device is bound to no hub.
/// Returns how many calls that took, too.
pub(super) async fn tell(
    env: &dyn Env,
    remote: &dyn Backend,
    push: Option<Push>,
) -> (u32, Result<Option<Answers>>) {
    let Some(push) = push else { return (0, Ok(None)) };
    let mut again = 0;
    loop {
        match remote.push(push.clone()).await {
            Err(error) => {
                if let Err(error) = wait(env, error, &mut again).await {
                    return (again + 1, Err(error));
                }
            }
            answers => return (again + 1, answers.map(Some)),
        }
    }
}

impl Exchange<'_> {
    /// Looks whether the hub takes a call without rows, after `error` came of one with some.
    /// If not, none of them is at fault.
    pub(super) async fn check_that_it_works(&mut self, batch: &Batch, error: &Error) -> Result<()> {
        let nothing =
            self.replica.store().transact(Durability::Normal, |tx| device::nothing(tx))?;
        breathe().await;
        let (calls, answers) = tell(self.replica.env(), self.remote, nothing.push()).await;
        self.report.calls += calls;
        let away = match answers {
            Err(Error::BatchFailed { remote, source }) => {
                Error::Unavailable { remote, retry_after: None, source }
            }
            Ok(_)
            | Err(
                Error::Stale { why: Stale::Moved, .. }
                | Error::Stale { why: Stale::OldCall { .. }, .. },
            ) => return Ok(()),
            Err(other) => other,
        };
        let reason = error.to_string();
        self.write(|tx| device::note_failure(tx, batch, &reason))?;
        Err(away)
    }

    /// The hub answered. What was parked without a name may go now.
    pub(super) fn reached(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_reached, true) {
            return Ok(());
        }
        let (now, is_back) = (self.begun, self.is_away);
        if self.replica.store().view(|tx| tx.queue_counts())?.parked == 0 {
            return Ok(());
        }
        self.write(|tx| device::try_again(tx, now, is_back))
    }
}
