//! Rows of the hub that this program cannot read. They are set aside with their texts, the
//! rest of the feed goes on, and what the hub holds of them stays in the sum that both sides
//! compare, as far as that can be told. A row that comes again readable takes the place of
//! what was set aside; a program that starts tries the texts again, for it may be a newer
//! one.

use serde::{Deserialize, Serialize};

use super::{adopt_row::adopt_row, heal::offer, link::Link};
use crate::{
    Change, Id, Result, Stamp,
    clock::{self, Moment},
    store::{Held, ReadMeta, StoreTx, WriteMeta, meta},
};

const LIST: &str = "unread";
const WHAT: &str = "the list of rows that were set aside";

/// A row that could not be read, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its entity; empty if that cannot be told.
    pub entity: String,
    /// Its id, or one that is a function of its text.
    pub id: Id,
    /// [`Row::hash`](crate::Row::hash) of what the hub holds, if that can be told.
    pub hash: Option<u64>,
    /// The greatest stamp in it that a person gave.
    pub latest: Option<Stamp>,
    /// What it was.
    pub text: String,
    /// Why it could not be read.
    pub reason: String,
}

/// What is known of a row that was set aside, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Its entity; empty if that cannot be told.
    pub entity: String,
    /// Its id, or one that is a function of its text.
    pub id: Id,
    /// Why it could not be read.
    pub reason: String,
    /// What it adds to the sum of its entity, unless a row with its id does.
    hash: u64,
    /// The hub holds it, and its hash cannot be told: then sums say nothing.
    blind: bool,
}

/// The rows that are set aside.
///
/// # Errors
/// When the store cannot be read.
pub fn unread(tx: &dyn ReadMeta) -> Result<Vec<Aside>> {
    Ok(meta::load(tx, LIST, WHAT)?.unwrap_or_default())
}

/// The text of a row that is set aside.
///
/// # Errors
/// When the store cannot be read.
pub fn unread_text(tx: &dyn ReadMeta, aside: &Aside) -> Result<String> {
    Ok(tx.meta(&key(&aside.entity, aside.id))?.unwrap_or_default())
}

fn key(entity: &str, id: Id) -> String {
    format!("{LIST}.{entity}.{id}")
}

fn save(tx: &mut dyn WriteMeta, list: &[Aside]) -> Result<()> {
    if list.is_empty() {
        return tx.set_meta(LIST, None);
    }
    meta::save(tx, LIST, WHAT, list)
}

/// Sets the rows of a page aside that could not be read.
pub(super) fn set_aside(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    link: &mut Link,
    rows: Vec<Unread>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut list = unread(tx)?;
    for row in rows {
        let Unread { entity, id, hash, latest, text, reason } = row;
        let was = list.iter().position(|it| it.entity == entity && it.id == id);
        let was = was.map_or(0, |at| list.swap_remove(at).hash);
        let mut aside = Aside { entity, id, reason, hash: 0, blind: hash.is_none() };
        match (hash, tx.held(&aside.entity, id)?) {
            // The row that is here stands for what the hub holds of it.
            (Some(hash), Some(Held { hash: held, acked })) => {
                link.replace(&aside.entity, was, 0);
                link.replace(&aside.entity, held, hash);
                if !acked {
                    crate::alias::end_assumptions(tx, &aside.entity, id)?;
                }
                tx.acknowledge(&aside.entity, id, hash)?;
            }
            (hash, _) => {
                aside.hash = hash.unwrap_or(0);
                link.replace(&aside.entity, was, aside.hash);
            }
        }
        // An edit here comes after what was written there, unless that is far ahead.
        clock::observe(tx, latest.filter(|it| !moment.is_ahead(*it)))?;
        tx.set_meta(&key(&aside.entity, id), Some(&text))?;
        list.push(aside);
    }
    save(tx, &list)
}

/// Forgets what was set aside of those rows that came readable.
pub(super) fn forget(
    tx: &mut dyn WriteMeta,
    link: &mut Link,
    is_readable: impl Fn(&str, Id) -> bool,
) -> Result<()> {
    let mut list = unread(tx)?;
    if list.is_empty() {
        return Ok(());
    }
    let (gone, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut list).into_iter().partition(|it| is_readable(&it.entity, it.id));
    for it in &gone {
        link.replace(&it.entity, it.hash, 0);
        tx.set_meta(&key(&it.entity, it.id), None)?;
    }
    if gone.is_empty() { Ok(()) } else { save(tx, &rest) }
}

/// What a row that is set aside adds to the sum of its entity, beside the row that is here.
pub(super) fn noted(tx: &dyn ReadMeta, entity: &str, id: Id) -> Result<u64> {
    let list = unread(tx)?;
    Ok(list.iter().find(|it| it.id == id && it.entity == entity).map_or(0, |it| it.hash))
}

/// Whether the hub holds rows of which not even the hash can be told.
pub(super) fn is_blind(tx: &dyn ReadMeta) -> Result<bool> {
    Ok(unread(tx)?.iter().any(|it| it.blind))
}

/// Keeps the texts, but not what a hub holds of them: it is read again from its beginning.
pub(super) fn forget_hub(tx: &mut dyn WriteMeta) -> Result<()> {
    let mut list = unread(tx)?;
    if list.is_empty() {
        return Ok(());
    }
    for it in &mut list {
        (it.hash, it.blind) = (0, false);
    }
    save(tx, &list)
}

/// Takes a row in that was set aside and can be read by now. A hub that has not told of it since
/// everything was offered again may have lost it, so it is offered, too.
///
/// # Errors
/// When the store cannot be written.
pub fn take_back(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    aside: &Aside,
    change: Change,
) -> Result<()> {
    let mut link = super::link::link(tx.reading())?;
    if !unread(tx)?.contains(aside) {
        return Ok(());
    }
    let (entity, id) = (change.entity.clone(), change.id);
    let held = tx.held(&entity, id)?.is_some_and(|it| it.hash != 0);
    let is_there = held || aside.blind || aside.hash != 0;
    forget(tx, &mut link, |entity, id| aside.entity == entity && aside.id == id)?;
    adopt_row(tx, moment, &mut link, change)?;
    if !is_there && let Some(stored) = tx.get(&entity, id)? {
        link.replace(&entity, stored.hash, 0);
        tx.acknowledge(&entity, id, 0)?;
        offer(tx, &entity, &stored, moment.now)?;
    }
    link.store(tx)
}
