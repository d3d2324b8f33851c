//! What ends the service's wait: somebody tells it something, this device writes, the hub says
//! that it has moved.

use std::pin::pin;

use futures_util::future::{Either, select};
use tokio::sync::broadcast;

use super::{Event, Service};
use crate::{Changed, Millis};

/// What ended a wait.
pub(super) enum Reason {
    /// Something happened.
    Event(Event),
    /// The hub said something.
    Hub,
    /// The other end of the events is gone.
    End,
}

impl Service {
    /// Waits for the next reason, so long at most. None: the time has passed.
    pub(super) async fn listen(&mut self, length: Option<Millis>) -> Option<Reason> {
        let changed = async {
            next_change(&mut self.changes).await;
            Reason::Event(Event::Changed)
        };
        let event = async { self.events.recv().await.map_or(Reason::End, Reason::Event) };
        let hub = async {
            match self.hub.changed().await {
                Ok(()) => Reason::Hub,
                Err(_) => std::future::pending().await,
            }
        };
        let (event, changed, hub) = (pin!(event), pin!(changed), pin!(hub));
        let heard = select(event, select(changed, hub));
        let reason = match length {
            None => heard.await,
            Some(length) => match select(heard, self.replica.env().sleep(length)).await {
                Either::Left((heard, _)) => heard,
                Either::Right(_) => return None,
            },
        };
        Some(match reason {
            Either::Left((reason, _)) => reason,
            Either::Right((either, _)) => either.factor_first().0,
        })
    }
}

/// Waits for a write of this device. What a sync brought is no reason to sync.
async fn next_change(changes: &mut broadcast::Receiver<Changed>) {
    loop {
        match changes.recv().await {
            Ok(Changed { here: false, .. }) => (),
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
