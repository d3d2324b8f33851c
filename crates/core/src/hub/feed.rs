//! The feed of a hub: pages of it to give, and a feed of another hub to copy.

use super::state::{State, load, loaded, save};
use crate::{
    Change, Cursor, Identity, Millis, PROTOCOL, Page, Pull, Result, Schema, Seq,
    store::{Fed, ReadMeta, ReadTx, StoreTx, Stored},
};

/// Whose rows a store holds as a hub, and up to where.
pub(crate) fn head(tx: &dyn ReadMeta) -> Result<Option<(Identity, Seq)>> {
    Ok(load(tx)?.map(|it| (it.identity, it.head)))
}

/// Takes the page of another hub that follows the head of what is here, as it is. A page does
/// not say which numbers its rows have, so they get the first ones that they can have: who stops
/// among them and asks the hub itself is told of some again, and misses none.
pub(crate) fn copy(tx: &mut dyn StoreTx, page: Page) -> Result<()> {
    let mut state = load(tx)?.unwrap_or_else(|| State::new(page.identity));
    for Change { entity, id, row, .. } in page.changes {
        let key = tx.schema().get(&entity).and_then(|it| it.key_of(&row));
        let known = tx.held(&entity, id)?;
        let hash = known.map_or(0, |it| it.hash);
        let mut stored = Stored { row, key, hash, ..Stored::new(id) };
        state.number(&entity, &mut stored);
        match known {
            None => tx.insert(&entity, &stored)?,
            Some(_) => tx.put(&entity, &stored)?,
        }
    }
    state.head = state.head.max(Seq(page.next.0));
    save(tx, Some(&state))
}

/// The page that answers `request`, from the hub whose rows `tx` holds.
///
/// # Errors
/// When the store cannot be read, or serves as no hub.
pub fn serve(tx: &dyn ReadTx, request: &Pull, time: Option<Millis>) -> Result<Page> {
    let state = loaded(tx)?;
    let found = tx.feed(request.cursor, wanted(request))?;
    Ok(page(state, tx.schema(), found, request, time))
}

/// How many rows of its feed a hub reads for `request`: one more than it gives, so that it
/// knows whether there are more.
pub fn wanted(request: &Pull) -> usize {
    request.rows.max(1).saturating_add(1)
}

/// The page that answers `request`: `found` are the first rows of the feed after its cursor,
/// [as many](wanted) as there are.
pub fn page(
    state: State,
    schema: &Schema,
    found: Vec<Fed>,
    request: &Pull,
    time: Option<Millis>,
) -> Page {
    let rows = request.rows.max(1);
    let mut more = found.len() > rows;
    let (mut changes, mut next, mut bytes) = (Vec::new(), request.cursor, 0);
    for Fed { entity, stored } in found.into_iter().take(rows) {
        bytes += stored.row.weight();
        if bytes > request.bytes && !changes.is_empty() {
            more = true;
            break;
        }
        next = Cursor::from(stored.seq);
        let Stored { id, row, .. } = stored;
        changes.push(Change { entity, id, row, birth: false, whole: true });
    }
    if !more {
        // Numbers that a row has left since are empty, so the end of the feed is the head.
        next = next.max(state.head.into());
    }
    if request.cursor > state.head {
        next = state.head.into();
    }
    Page {
        protocol: PROTOCOL,
        head: state.head,
        next,
        changes,
        unread: Vec::new(),
        digests: (next == state.head).then(|| state.every_digest(schema)),
        identity: state.identity,
        time,
    }
}
