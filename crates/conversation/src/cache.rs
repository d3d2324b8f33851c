//! Skeletons that were worked out, by session. When rows change, the journal tells which:
//! a conversation is read again only where it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use driftline_core::{
    ALIASES, Id, Replica, SyncEntity as _, Value, alias,
    store::{Find, ReadTx},
    view,
};
use driftline_entities::{messages::Message, sessions::Session};

use crate::{Patience, Result, base, gist::Gist, skeleton::Conversation};

/// How many messages the kept skeletons have together.
const KEPT: usize = 60_000;
/// With more changes than this, reading everything again costs less.
const CHANGES: usize = 2_000;

/// Skeletons that were worked out, the one asked for last at the end.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<Known>>);

#[derive(Clone)]
struct Known {
    session: Id,
    /// The state of the store.
    version: u64,
    /// How far of the journal is in it.
    revision: u64,
    conversation: Arc<Conversation>,
}

impl Cache {
    /// The conversation of a session.
    pub(crate) fn get(
        &self,
        replica: &Replica,
        session: Id,
        patience: &Patience,
    ) -> Result<Arc<Conversation>> {
        // Asked for before the rows: a change in between makes it too old, never too new.
        let version = replica.version()?;
        let known = self.take(session);
        if let Some(known) = known.as_ref().filter(|it| it.version == version) {
            return Ok(self.keep(known.clone()));
        }
        let (revision, conversation) = replica.read(|tx| {
            let journal = tx.journal()?;
            let reaches = |it: &&Known| journal.reaches(it.revision);
            let renewed = match known.as_ref().filter(reaches) {
                Some(known) => renew(tx, known)?,
                None => None,
            };
            let conversation = match renewed {
                Some(it) => it,
                None => match read(tx, session, patience)? {
                    Ok(it) => Arc::new(it),
                    Err(error) => return Ok(Err(error)),
                },
            };
            Ok(Ok((journal.last, conversation)))
        })??;
        Ok(self.keep(Known { session, version, revision, conversation }))
    }

    fn take(&self, session: Id) -> Option<Known> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|it| it.session == session).cloned()
    }

    /// Keeps it as the one asked for last; what was asked for longest ago may have to go.
    fn keep(&self, known: Known) -> Arc<Conversation> {
        let conversation = known.conversation.clone();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|it| it.session != known.session);
        all.push(known);
        let size = |all: &[Known]| all.iter().map(|it| it.conversation.gists.len()).sum::<usize>();
        while all.len() > 1 && size(&all) > KEPT {
            all.remove(0);
        }
        conversation
    }
}

fn read(
    tx: &dyn ReadTx,
    session: Id,
    patience: &Patience,
) -> driftline_core::Result<Result<Conversation>> {
    let messages = tx.schema().entity(Message::NAME)?;
    let session = alias::class(tx, Session::NAME, session)?.first().copied().unwrap_or(session);
    let mut late = None;
    let mut load = |session: Id| {
        let rows = view::list(tx, messages, &Find::new().refers("session", session))?;
        let gists = rows.iter().map(|it| patience.check().map(|()| Gist::of(it)));
        Ok(gists.collect::<Result<Vec<Gist>>>().unwrap_or_else(|error| {
            late = Some(error);
            Vec::new()
        }))
    };
    let mut gists = load(session)?;
    let kin = base::inherit(tx, session, &mut gists, load)?;
    Ok(late.map_or_else(|| Ok(Conversation::new(session, gists, kin)), Err))
}

/// What is known, with what changed since. None: it has to be read again.
fn renew(tx: &dyn ReadTx, known: &Known) -> driftline_core::Result<Option<Arc<Conversation>>> {
    let changes = tx.changed_since(known.revision, CHANGES)?;
    if changes.len() == CHANGES {
        return Ok(None);
    }
    let class = alias::class(tx, Session::NAME, known.conversation.session)?;
    let mut messages = BTreeSet::new();
    for it in changes {
        if base::concerns(tx, &known.conversation.kin, &it.entity, it.id)? {
            return Ok(None);
        }
        match it.entity.as_str() {
            Message::NAME => _ = messages.insert(it.id),
            // Nothing is seen of a deleted session, and it may be back.
            Session::NAME if class.contains(&it.id) && known.conversation.gists.is_empty() => {
                return Ok(None);
            }
            // It may be one with another.
            name if name == ALIASES.name => return Ok(None),
            _ => (),
        }
    }
    let mut changed: BTreeMap<Id, Option<Gist>> = BTreeMap::new();
    for id in messages {
        let ours = known.conversation.place(id).is_some();
        let now = gist(tx, id, &class)?;
        if ours || now.is_some() {
            changed.insert(id, now);
        }
    }
    if changed.is_empty() {
        return Ok(Some(known.conversation.clone()));
    }
    let old = known.conversation.gists.iter().filter(|it| !changed.contains_key(&it.id));
    let mut gists: Vec<Gist> = old.cloned().collect();
    gists.extend(changed.into_values().flatten());
    if gists.iter().any(|it| it.base.is_some()) && known.conversation.kin.is_empty() {
        return Ok(None);
    }
    let (session, kin) = (known.conversation.session, known.conversation.kin.clone());
    Ok(Some(Arc::new(Conversation::new(session, gists, kin))))
}

/// What a message is to a session with these ids; none if it is not part of it.
fn gist(tx: &dyn ReadTx, id: Id, session: &[Id]) -> driftline_core::Result<Option<Gist>> {
    let entity = tx.schema().entity(Message::NAME)?;
    let Some(row) = view::view(tx, entity, id)? else { return Ok(None) };
    let named = row.value("session").and_then(Value::as_str).and_then(|it| it.parse().ok());
    let ours = named.is_some_and(|it| session.contains(&it)) && !row.row.is_deleted();
    Ok(ours.then(|| Gist::of(&row)))
}
