//! Hearing of changes at once: a connection of its own that the database tells when a push
//! committed. What it tells is empty, because any role may listen to any channel; where the
//! hub is then is read as everything else is.

use std::convert::Infallible;

use driftline_core::{Env, Hear, Heard, Millis, backoff};
use futures_util::{
    future::{Either, select},
    pin_mut,
};

use crate::{
    Postgres,
    fault::{self, Fault, Result},
    pull,
    session::{Session, within},
};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
/// How often a connection on which nothing is heard is tried.
const SILENCE: Millis = 45 * SECOND;
/// The longest wait for an answer.
const PATIENCE: Millis = 30 * SECOND;
/// The longest wait before the first new connection, and before later ones.
const BACKOFF: std::ops::RangeInclusive<Millis> = SECOND..=5 * MINUTE;
/// A connection that stood this long was a good one.
const GOOD: Millis = MINUTE;

/// Listens for ever, and passes on what it hears.
pub(crate) async fn listen(postgres: &Postgres, env: &dyn Env, hear: &Hear<'_>) {
    let mut failures = 0_u32;
    loop {
        let start = env.monotonic();
        let Err(fault) = connection(postgres, env, hear).await;
        fault::tell(&fault, &postgres.name, "listen");
        hear(Heard::Lost);
        let stood = env.monotonic().saturating_sub(start);
        failures = if stood >= GOOD { 0 } else { failures.saturating_add(1) };
        env.sleep(SECOND / 10 + backoff(&BACKOFF, failures, env.random())).await;
    }
}

/// One connection, until it breaks off.
async fn connection(postgres: &Postgres, env: &dyn Env, hear: &Hear<'_>) -> Result<Infallible> {
    let mut session = postgres.connect().await?;
    let listen = format!("LISTEN {}", session.channel());
    within(env, PATIENCE, session.client.batch_execute(&listen)).await??;
    let mut said = None;
    loop {
        let head = within(env, PATIENCE, pull::head(&session)).await??;
        if said.as_ref() != Some(&head) {
            hear(Heard::At(head.clone()));
            said = Some(head);
        }
        wait(&mut session, env).await?;
        while session.notices.try_recv().is_ok() {}
    }
}

/// Waits for a notice, or until it is time to look by oneself.
async fn wait(session: &mut Session, env: &dyn Env) -> Result<()> {
    let notice = session.notices.recv();
    pin_mut!(notice);
    match select(notice, env.sleep(SILENCE)).await {
        Either::Left((None, _)) => Err(Fault::Closed("the connection was closed".into())),
        Either::Left((Some(()), _)) | Either::Right(_) => Ok(()),
    }
}
