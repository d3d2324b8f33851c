//! Taking in a page: its rows, its cursor and what they mean for the queue, in one
//! transaction.

use crate::{
    Error, Page, Result, Snapshot, Stale,
    clock::{self, Moment},
    device::{
        adopt_row::{adopt_row, believable},
        heal::start_over,
        link::{Compared, Link, Met, Position, link},
        purge,
        queue::is_idle,
        unread,
    },
    store::StoreTx,
};

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// Its rows are here; the hub has more.
    More,
    /// Its rows are here, and there are no more.
    Dry,
    /// Something changed since the call was made; nothing was taken from it.
    Dropped,
    /// The hub is not what it was; everything is read and offered again from the start.
    Restarted,
}

/// Takes in a page that was asked for at `position`.
///
/// # Errors
/// [`Error::SignIn`] if it comes from another person's hub, [`Error::BadAnswer`]
/// if it contradicts itself, [`Error::NotEqual`] if both sides still differ after
/// everything was exchanged.
pub fn adopt(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    position: &Position,
    page: Page,
) -> Result<Adopted> {
    let mut link = link(tx.reading())?;
    if link.position() != *position {
        return Ok(Adopted::Dropped);
    }
    match link.check(&page)? {
        Met::First => link.identity = Some(page.identity.clone()),
        Met::Same => (),
        Met::Changed => {
            link.healed = None;
            link.identity = Some(page.identity);
            start_over(tx, &mut link, moment.now)?;
            link.store(tx)?;
            return Ok(Adopted::Restarted);
        }
    }
    if page.next < link.cursor || page.next > page.head {
        let (from, to, head) = (link.cursor, page.next, page.head);
        let reason = format!("a page leads from {from} to {to}, beyond its head {head}");
        return Err(Error::BadAnswer { remote: page.identity.person, reason });
    }
    link.note_head(page.head);
    let mut latest = None;
    unread::forget(tx, &mut link, |entity, id| {
        page.changes.iter().any(|it| it.entity == entity && it.id == id)
    })?;
    unread::set_aside(tx, moment, &mut link, page.unread)?;
    for change in page.changes {
        latest = latest.max(believable(moment, &change.row));
        adopt_row(tx, moment, &mut link, change)?;
    }
    clock::observe(tx, latest)?;
    link.cursor = page.next;
    let dry = page.next == page.head;
    let restarted = match (dry, page.digests) {
        (true, Some(digests)) => {
            link.compare(page.head, &digests, unread::is_blind(tx.reading())?);
            settle_difference(tx, &mut link, moment)?
        }
        _ => false,
    };
    link.store(tx)?;
    Ok(match (restarted, dry) {
        (true, _) => Adopted::Restarted,
        (false, true) => Adopted::Dry,
        (false, false) => Adopted::More,
    })
}

/// Takes in a hub of which every row is here already, on a device that had none.
///
/// # Errors
/// [`Error::Stale`] if this device met a hub meanwhile.
pub fn adopt_snapshot(tx: &mut dyn StoreTx, moment: &Moment, snapshot: Snapshot) -> Result<()> {
    let Snapshot { page, latest, has_purged } = snapshot;
    let mut link = link(tx.reading())?;
    if link.identity.is_some() {
        return Err(Error::Stale { remote: page.identity.person, why: Stale::Moved });
    }
    if has_purged {
        purge::expect(tx)?;
    }
    link.identity = Some(page.identity);
    link.cursor = page.next;
    link.digests = page.digests.clone().unwrap_or_default();
    link.compare(page.head, &page.digests.unwrap_or_default(), false);
    link.store(tx)?;
    clock::observe(tx, latest.filter(|it| !moment.is_ahead(*it)))
}

/// Starts over if both sides differ although nothing waits here, once per head.
/// Returns whether it did.
pub(super) fn settle_difference(
    tx: &mut dyn StoreTx,
    link: &mut Link,
    moment: &Moment,
) -> Result<bool> {
    let Some(Compared { state, differ }) = link.compared.clone() else { return Ok(false) };
    if differ.is_empty() || !is_idle(tx.reading())? {
        return Ok(false);
    }
    if link.healed == Some(state) {
        // Stored as it is: the comparison must be seen by `status` even though the
        // sync ends with an error.
        return Ok(false);
    }
    link.healed = Some(state);
    start_over(tx, link, moment.now)?;
    Ok(true)
}
