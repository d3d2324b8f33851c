//! Hearing of changes within a second: one subscription to one small query, `sync:head`,
//! over Convex's WebSocket protocol. Nothing else travels on it: rows go by HTTP, and
//! what is heard only makes a device pull.
//!
//! The protocol is spoken here, in [`protocol`], instead of by the official `convex`
//! crate. That crate asks for a token only when it connects, connects again without one
//! when there is none for a while, waits for ever where it is offline, and brings a
//! client of its own with 162 crates. Of the protocol, four messages are needed; its types
//! alone (`convex_sync_types`, 62 crates) are larger than reading those. So frames come
//! from tungstenite, the connection from the HTTP client that calls use (see [`socket`]),
//! and tokens from the same source, early enough: nothing is sent again when one expires.

mod protocol;
mod socket;

use std::{convert::Infallible, pin::pin};

use driftline_convex_client::Fault;
use driftline_core::{Env, ExposeSecret, Hear, Heard, Millis, SecretString, backoff};
use futures_util::future::{Either, select};

use self::{
    protocol::Said,
    socket::{Came, Socket},
};
use crate::{call::Caller, fault};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// The service shows signs of life every few seconds. After this long without any, the
/// connection is taken for lost.
const SILENCE: Millis = 45 * SECOND;
/// How often the source of tokens is asked whether it has another one. It keeps the one it
/// gave in memory and renews it some minutes before it expires.
const TOKEN: Millis = MINUTE;
/// The longest wait before the first new connection, and before later ones.
const BACKOFF: std::ops::RangeInclusive<Millis> = SECOND..=5 * MINUTE;
/// A connection that stood this long was a good one.
const GOOD: Millis = MINUTE;

/// Listens for ever, and passes on what it hears.
pub(crate) async fn listen(caller: &Caller, env: &dyn Env, hear: &Hear<'_>) {
    let (mut failures, mut count) = (0_u32, 0_u32);
    loop {
        let start = env.monotonic();
        let Err(fault) = connection(caller, env, count, hear).await;
        fault::tell(&fault, caller.name(), "listen");
        hear(Heard::Lost);
        count = count.saturating_add(1);
        let stood = env.monotonic().saturating_sub(start);
        failures = if stood >= GOOD { 0 } else { failures.saturating_add(1) };
        env.sleep(pause(failures, env.random())).await;
    }
}

/// How long to wait after so many connections that were no good: longer and longer, never
/// in step with other devices, and never not at all.
fn pause(failures: u32, random: u64) -> Millis {
    SECOND / 10 + backoff(&BACKOFF, failures, random)
}

/// One connection, until it breaks off.
async fn connection(
    caller: &Caller,
    env: &dyn Env,
    count: u32,
    hear: &Hear<'_>,
) -> Result<Infallible, Fault> {
    let mut token = caller.token().await?;
    let mut socket = Socket::open(caller, env).await?;
    socket.say(protocol::connect(env, count)).await?;
    let mut shown = 0;
    socket.say(protocol::authenticate(&token, shown)).await?;
    socket.say(protocol::subscribe()).await?;
    let mut alive = env.monotonic();
    let mut asked = alive;
    loop {
        let now = env.monotonic();
        let (dead, ask) = (alive + SILENCE, asked + TOKEN);
        if now >= dead {
            return Err(Fault::unavailable("the connection stands still"));
        }
        if now >= ask {
            asked = now;
            match caller.token().await {
                Ok(current) if current.expose_secret() != token.expose_secret() => {
                    token = current;
                    shown += 1;
                    socket.say(protocol::authenticate(&token, shown)).await?;
                }
                // Somebody signed out: from now on nothing may be heard either.
                Err(fault @ Fault::Unauthenticated) => return Err(fault),
                // The one that was shown is good until the service says otherwise.
                Ok(_) | Err(_) => (),
            }
        }
        let wait = dead.min(ask).saturating_sub(now).max(1);
        let came = match select(pin!(socket.hear()), env.sleep(wait)).await {
            Either::Left((came, _)) => came?,
            Either::Right(_) => continue,
        };
        alive = env.monotonic();
        if let Came::Text(text) = came {
            take(caller, &token, &text, hear).await?;
        }
    }
}

/// Does what a message asks for.
async fn take(
    caller: &Caller,
    token: &SecretString,
    text: &str,
    hear: &Hear<'_>,
) -> Result<(), Fault> {
    let said = protocol::read(text);
    match said.ok_or_else(|| Fault::BadAnswer("a message is not what it should be".into()))? {
        Said::Nothing => Ok(()),
        Said::At(head) => {
            tracing::debug!("the remote is heard");
            hear(Heard::At(head));
            Ok(())
        }
        Said::TokenRefused => Err(renewed(caller, token).await),
        Said::Failed(Some(thrown)) => match Fault::from(thrown) {
            Fault::Unauthenticated => Err(renewed(caller, token).await),
            fault => Err(fault),
        },
        Said::Failed(None) => {
            Err(Fault::Unnamed { what: "the query of the head".into(), said: None })
        }
        Said::Fatal => Err(Fault::unavailable("the service ended the connection")),
    }
}

/// Gets another token for the next connection. A session that is over is told of as such.
async fn renewed(caller: &Caller, refused: &SecretString) -> Fault {
    match caller.renew(refused).await {
        Ok(_) => Fault::unavailable("the sign-in had to be renewed"),
        Err(fault) => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        let longest = |failures| (0..20_000).map(|it| pause(failures, it * 997)).max();
        assert!(longest(0) < Some(2 * SECOND));
        assert!(longest(5) > Some(20 * SECOND));
        for failures in [9, 100, u32::MAX] {
            assert!((4 * MINUTE..6 * MINUTE).contains(&longest(failures).unwrap()));
        }
        assert_eq!(pause(u32::MAX, 0), 100);
    }
}
