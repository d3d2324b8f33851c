//! Judging a push: what a hub makes of the rows in it. A function of what the hub holds, so
//! that every kind of hub judges alike, wherever it keeps its rows.

use super::{
    overlay::{Overlay, Taken},
    purge::{self, inherit, spread, spread_over},
    state::State,
};
use crate::{
    ALIASES, Answer, Answers, Change, EntityDescriptor, Error, Id, Millis, PURGED, Push, Recorded,
    Result, Stale, Stamp, alias,
    clock::DRIFT,
    schema::is_plain_name,
    store::{Lookup, Stored},
    view,
};

/// What a hub makes of a push. Nothing of it is written yet.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the device is told.
    pub answers: Answers,
    /// The rows that changed, by their numbers.
    pub taken: Vec<Taken>,
    /// The state of the hub with them.
    pub state: State,
}

/// Judges `push` on the rows and the state of the hub called `name`. A hub with a clock says
/// its `time`, and refuses stamps too far ahead of it.
///
/// # Errors
/// [`Error::Stale`] when the caller does not mean this account and epoch, or the call is older
/// than one that was answered; when the rows cannot be read.
pub fn judge(
    rows: &dyn Lookup,
    mut state: State,
    name: &str,
    push: Push,
    time: Option<Millis>,
) -> Result<Judged> {
    if push.account != state.identity.account || push.epoch != state.identity.epoch {
        return Err(Error::Stale { remote: name.to_owned(), why: Stale::Moved });
    }
    let last = state.serials.insert(push.device, push.serial).unwrap_or_default();
    if push.serial <= last {
        return Err(Error::Stale { remote: name.to_owned(), why: Stale::OldCall { last } });
    }
    let mut recorded = Vec::new();
    let mut answers = Vec::with_capacity(push.changes.len());
    let mut rows = Overlay::over(rows);
    // Facts first: a newcomer of this batch may only meet classes as they are with them.
    let mut changes: Vec<_> = push.changes.into_iter().enumerate().collect();
    changes.sort_by_key(|(_, change)| change.entity != ALIASES.name);
    for (place, change) in changes {
        let answer = match refuse(&change, time) {
            Some(answer) => answer,
            None => take(&mut rows, &mut state, change, &mut recorded)?,
        };
        answers.push((place, answer));
    }
    purge::go_on(&mut rows, &mut state)?;
    answers.sort_unstable_by_key(|(place, _)| *place);
    let answers = Answers {
        head: state.head,
        identity: state.identity.clone(),
        answers: answers.into_iter().map(|(_, answer)| answer).collect(),
        recorded,
        digests: state.every_digest(rows.schema()),
        time,
    };
    Ok(Judged { answers, taken: rows.into_taken(), state })
}

/// Marks some of the rows that purged ones own and that are still to be marked, without a push.
///
/// # Errors
/// When the rows cannot be read.
pub(super) fn go_on(rows: &dyn Lookup, mut state: State) -> Result<(Vec<Taken>, State)> {
    let mut rows = Overlay::over(rows);
    purge::go_on(&mut rows, &mut state)?;
    Ok((rows.into_taken(), state))
}

/// Why a row cannot be taken, whatever the hub holds.
fn refuse(change: &Change, time: Option<Millis>) -> Option<Answer> {
    let is_odd = |field: &&str| !is_plain_name(field) && *field != PURGED;
    let odd = change.row.cells().map(|(field, _)| field.as_ref()).find(is_odd);
    if let Some(name) = odd.or((!is_plain_name(&change.entity)).then_some(&change.entity)) {
        let reason = format!("`{}` is not a name this hub can store", crate::excerpt(name));
        return Some(Answer::Refused { reason });
    }
    let latest = time? + DRIFT;
    let ahead = |stamp: Stamp| stamp.is_person() && stamp.millis() > latest;
    let fields: Vec<String> = change
        .row
        .cells()
        .filter(|(_, cell)| ahead(cell.stamp))
        .map(|(field, _)| field.to_string())
        .collect();
    if fields.is_empty() { None } else { Some(Answer::ClockAhead { fields }) }
}

/// Joins one row, numbers it if that changed anything, and looks for a twin if it is
/// the first that this hub hears of it.
fn take(
    rows: &mut Overlay<'_>,
    state: &mut State,
    change: Change,
    recorded: &mut Vec<Recorded>,
) -> Result<Answer> {
    let Change { entity, id, mut row, birth, whole } = change;
    let known = rows.get(&entity, id)?;
    if known.is_none() && !whole {
        return Ok(Answer::NeedWhole);
    }
    let is_new = known.is_none();
    let mut stored = known.unwrap_or_else(|| Stored::new(id));
    let descriptor = rows.schema().get(&entity);
    if let Some(descriptor) = descriptor {
        row.retain(|field| descriptor.field(field).is_none_or(|it| !it.local));
    }
    let was_purged = stored.row.is_purged();
    if !stored.row.join(row) && !is_new {
        return Ok(Answer::Accepted { seq: stored.seq, hash: stored.hash });
    }
    if let Some(descriptor) = descriptor {
        inherit(rows, state, descriptor, id, &mut stored.row)?;
    }
    let key = descriptor.and_then(|it| it.key_of(&stored.row));
    stored.born = if is_new { birth } else { stored.born && stored.key == key };
    stored.key = key;
    if let Some(descriptor) = descriptor
        && is_new
        && let Some(twin) = twin(rows, descriptor, &stored)?
    {
        // The fact comes before the row: who reads the feed up to the row has read whom it was
        // folded with.
        let (id, row) = alias::fact(&entity, stored.id, twin);
        if rows.get(ALIASES.name, id)?.is_none() {
            let mut fact = Stored { row: row.clone(), ..Stored::new(id) };
            state.number(ALIASES.name, &mut fact);
            let (entity, birth, whole) = (ALIASES.name.to_owned(), false, true);
            let change = Change { entity, id, row, birth, whole };
            recorded.push(Recorded { seq: fact.seq, change });
            rows.put(ALIASES.name, fact, true);
        }
    }
    state.number(&entity, &mut stored);
    let answer = Answer::Accepted { seq: stored.seq, hash: stored.hash };
    let mark = stored.row.purge_mark().filter(|_| !was_purged).cloned();
    let fact = (entity == ALIASES.name && state.has_purged()).then(|| stored.clone());
    rows.put(&entity, stored, is_new);
    match (descriptor, mark, fact) {
        (Some(descriptor), Some(mark), _) => spread(rows, state, descriptor, id, &mark)?,
        (_, _, Some(fact)) => spread_over(rows, state, &fact)?,
        _ => (),
    }
    Ok(answer)
}

/// The live row that `newcomer` meets under its natural key. Only births fold: two old
/// rows that were renamed to one key stay two, and so do two that two wiped hubs have
/// acknowledged.
///
/// After a hub was wiped, rows come to the new one in any order. So that it does not
/// matter which of two came first, an old row also folds with one that came here as a
/// birth and still has that key. A class that has not come back as a whole is left
/// alone: the part that is missing may say that it was deleted.
fn twin(rows: &dyn Lookup, entity: &EntityDescriptor, newcomer: &Stored) -> Result<Option<Id>> {
    let Some(key) = newcomer.key.as_deref() else { return Ok(None) };
    let alone = alias::class(rows, entity.name, newcomer.id)?.len() == 1;
    if newcomer.row.is_deleted() || !alone {
        return Ok(None);
    }
    for candidate in rows.with_key(entity.name, key)? {
        let Some(stored) = rows.get(entity.name, candidate)? else { continue };
        if candidate == newcomer.id || !(newcomer.born || stored.born) {
            continue;
        }
        let class = alias::class(rows, entity.name, candidate)?;
        if let Some(it) = view::view(rows, entity, candidate)?
            && it.members.len() == class.len()
            && !it.row.is_deleted()
            && entity.key_of(&it.row).as_deref() == Some(key)
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
