//! Skeletons that were worked out, by session, for as long as the rows stay as they are.

use std::sync::{Arc, Mutex, PoisonError};

use driftline_core::{
    Id, Store, alias,
    store::{Find, ReadTx},
    view,
};

use super::{MESSAGES, SESSIONS, gist::Gist, skeleton::Conversation};
use crate::Result;

/// How many messages the kept skeletons have together.
const KEPT: usize = 60_000;

/// Skeletons that were worked out, the one asked for last at the end.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<Known>>);

struct Known {
    session: Id,
    version: u64,
    conversation: Arc<Conversation>,
}

impl Cache {
    /// The conversation of a session.
    pub(super) fn get(&self, store: &dyn Store, session: Id) -> Result<Arc<Conversation>> {
        // Asked for before the rows: a change in between makes it too old, never too new.
        let version = store.version()?;
        if let Some(known) = self.known(session, version) {
            return Ok(known);
        }
        let conversation = Arc::new(store.view(|tx| read(tx, session))?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|it| it.session != session);
        all.push(Known { session, version, conversation: conversation.clone() });
        while all.len() > 1
            && all.iter().map(|it| it.conversation.gists.len()).sum::<usize>() > KEPT
        {
            all.remove(0);
        }
        Ok(conversation)
    }

    fn known(&self, session: Id, version: u64) -> Option<Arc<Conversation>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|it| it.session == session && it.version == version)?;
        let known = all.remove(place);
        let conversation = known.conversation.clone();
        all.push(known);
        Some(conversation)
    }
}

fn read(tx: &dyn ReadTx, session: Id) -> driftline_core::Result<Conversation> {
    let messages = tx.schema().entity(MESSAGES)?;
    let session = alias::class(tx, SESSIONS, session)?.first().copied().unwrap_or(session);
    let find = Find::new().refers("session", session);
    let rows = view::list(tx, messages, &find)?;
    Ok(Conversation::new(session, rows.iter().map(Gist::of).collect()))
}
