//! Hearing from a hub between calls, so that a change on one device reaches the others
//! without anybody asking again and again.

use crate::{Env, Millis, Result, Seq, Store, store::ReadTx};

/// Where a hub says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose rows it serves, as [`Identity::account`](crate::Identity::account).
    pub account: String,
    /// Since when, as [`Identity::epoch`](crate::Identity::epoch).
    pub epoch: String,
    /// The greatest sequence number that it has given out.
    pub head: Seq,
}

/// What is heard of a hub between calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Heard {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Nothing any more: the connection was lost, or refused. It is tried again.
    Lost,
    /// It is here, and will say so when it moves; nowhere if it has no rows of this person.
    At(Option<Head>),
}

/// Takes what is heard.
pub type Hear<'a> = Box<dyn Fn(Heard) + Send + Sync + 'a>;

/// How often a hub in a store of this machine is looked at.
const LOOK: Millis = 1_000;

/// Listens to a hub in a store, by looking whether anybody wrote to it.
pub(crate) async fn watch(
    store: &dyn Store,
    env: &dyn Env,
    hear: Hear<'_>,
    at: impl Fn(&dyn ReadTx) -> Result<Head>,
) {
    let mut seen = None;
    let mut said = Heard::Nothing;
    loop {
        let now = store.version().map(Some);
        let heard = match now {
            Ok(now) if now == seen => said.clone(),
            Ok(now) => {
                seen = now;
                store.view(|tx| at(tx)).map_or(Heard::Lost, |it| Heard::At(Some(it)))
            }
            Err(_) => Heard::Lost,
        };
        if heard == Heard::Lost {
            seen = None;
        }
        if heard != said {
            said = heard.clone();
            hear(heard);
        }
        env.sleep(LOOK).await;
    }
}
