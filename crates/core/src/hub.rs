//! The role of a hub: it puts everybody's changes into one order and says which births
//! are the same thing. Both happen inside one serialised transaction, so whoever has
//! read the feed up to a number has everything up to it.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{
    ALIASES, Answer, Answers, Backend, Change, Cursor, Digests, EntityDescriptor, Env, Error, Head,
    Hear, Id, Identity, Limits, Millis, PROTOCOL, Page, Pull, Push, Recorded, Result, Seq, Serial,
    Snapshot, Stale, Stamp, TakeSnapshot, alias,
    backend::check_protocol,
    clock::DRIFT,
    live,
    schema::is_plain_name,
    store::{Durability, Fed, ReadMeta, ReadRows, ReadTx, Store, StoreTx, Stored, WriteMeta, meta},
    view,
};

const HUB: &str = "hub";
const RECORD: &str = "the hub's own record";

/// A store that serves as the remote of others.
pub struct Hub {
    store: Arc<dyn Store>,
    env: Option<Arc<dyn Env>>,
    name: String,
    limits: Limits,
}

/// What a hub keeps of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    identity: Identity,
    head: Seq,
    digests: Digests,
    /// The serial number of the latest call of each device.
    serials: BTreeMap<String, Serial>,
    /// What a snapshot needs besides. Hubs made before there were any lack it, and the marks on
    /// their rows that a device expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshots: Option<Snapshots>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Snapshots {
    /// The greatest stamp that a person gave.
    latest: Option<Stamp>,
}

impl State {
    /// That of a hub without rows.
    fn new(identity: Identity) -> Self {
        let (digests, serials) = (Digests::new(), BTreeMap::new());
        let snapshots = Some(Snapshots::default());
        Self { identity, head: Seq::default(), digests, serials, snapshots }
    }
}

impl Hub {
    /// How much a store takes in one call.
    pub const LIMITS: Limits = Limits { rows: 500, bytes: 4 << 20, row_bytes: 64 << 20 };

    /// Serves `store` to `person`. The first time, it draws the names of an account and
    /// an epoch. It refuses no stamp: a hub in a file has no clock of its own.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn open(store: Arc<dyn Store>, person: &str, env: &dyn Env) -> Result<Self> {
        let fresh = || format!("{:016x}{:016x}", env.random(), env.random());
        store.transact(Durability::Full, |tx| {
            if tx.meta(HUB)?.is_none() {
                let identity = Identity { person: person.into(), account: fresh(), epoch: fresh() };
                save(tx, &State::new(identity))?;
            }
            Ok(())
        })?;
        Ok(Self { store, env: None, name: person.to_owned(), limits: Self::LIMITS })
    }

    /// The same hub with a clock: it refuses stamps too far ahead of it, and says its
    /// time.
    #[must_use]
    pub fn with_clock(self, env: Arc<dyn Env>) -> Self {
        Self { env: Some(env), ..self }
    }

    /// The same hub with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    fn time(&self) -> Option<Millis> {
        self.env.as_ref().map(|it| it.wall())
    }
}

#[async_trait]
impl Backend for Hub {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let time = self.time();
        self.store.view(|tx| serve(tx, &request, time))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let time = self.time();
        self.store.transact(Durability::Normal, |tx| accept(tx, &self.name, &request, time))
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        let Some(file) = self.store.file() else { return Ok(None) };
        if self.store.view(|tx| load(tx))?.snapshots.is_none() {
            return Ok(None);
        }
        let time = self.time();
        let take = |tx: &mut dyn StoreTx, given: &dyn ReadMeta| {
            let State { identity, head, digests, snapshots, .. } = load(given)?;
            let page = Page {
                protocol: PROTOCOL,
                head,
                next: head.into(),
                changes: Vec::new(),
                unread: Vec::new(),
                digests: Some(every(tx, &digests)),
                identity,
                time,
            };
            take(tx, Snapshot { page, latest: snapshots.unwrap_or_default().latest })
        };
        store.take_rows(file, Box::new(take))
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(Box::pin(live::watch(&*self.store, env, hear, |tx| Ok(load(tx)?.at()))))
    }
}

impl State {
    fn at(&self) -> Head {
        let (account, epoch) = (self.identity.account.clone(), self.identity.epoch.clone());
        Head { account, epoch, head: self.head }
    }
}

fn load(tx: &dyn ReadMeta) -> Result<State> {
    meta::load(tx, HUB, RECORD)?.ok_or_else(|| Error::damaged(RECORD, "nothing"))
}

fn save(tx: &mut dyn WriteMeta, state: &State) -> Result<()> {
    meta::save(tx, HUB, RECORD, state)
}

/// The digest of every entity that has rows here or could have: sums over ids, names
/// and stamps need no knowledge of what they mean.
fn every(tx: &dyn ReadRows, digests: &Digests) -> Digests {
    let mut all: Digests = tx.schema().tables().map(|it| (it.name.to_owned(), 0)).collect();
    all.extend(digests.iter().map(|(entity, sum)| (entity.clone(), *sum)));
    all
}

/// Whose rows a store holds as a hub, and up to where.
pub(crate) fn head(tx: &dyn ReadMeta) -> Result<Option<(Identity, Seq)>> {
    if tx.meta(HUB)?.is_none() {
        return Ok(None);
    }
    let State { identity, head, .. } = load(tx)?;
    Ok(Some((identity, head)))
}

/// Forgets whose rows these are.
pub(crate) fn forget(tx: &mut dyn WriteMeta) -> Result<()> {
    tx.set_meta(HUB, None)
}

/// Takes a page of another hub as it is, asked for at `cursor`. A page does not say which
/// numbers its rows have, so they get the first ones that they can have: who stops
/// among them and asks the hub itself is told of some again, and misses none.
pub(crate) fn copy(tx: &mut dyn StoreTx, cursor: Cursor, page: Page) -> Result<()> {
    let mut state = match tx.meta(HUB)? {
        Some(_) => load(tx)?,
        None => State::new(page.identity),
    };
    state.head = Seq(cursor.0);
    for Change { entity, id, row, .. } in page.changes {
        let key = tx.schema().get(&entity).and_then(|it| it.key_of(&row));
        let known = tx.held(&entity, id)?;
        let hash = known.map_or(0, |it| it.hash);
        let mut stored = Stored { row, key, hash, ..Stored::new(id) };
        number(tx, &mut state, &entity, &mut stored, known.is_none())?;
    }
    state.head = state.head.max(Seq(page.next.0));
    save(tx, &state)
}

/// The page after a cursor.
pub(crate) fn serve(tx: &dyn ReadTx, request: &Pull, time: Option<Millis>) -> Result<Page> {
    let state = load(tx)?;
    let rows = request.rows.max(1);
    let found = tx.feed(request.cursor, rows + 1)?;
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
    Ok(Page {
        protocol: PROTOCOL,
        head: state.head,
        next,
        changes,
        unread: Vec::new(),
        digests: (next == state.head).then(|| every(tx, &state.digests)),
        identity: state.identity,
        time,
    })
}

/// Joins a batch. Whoever it comes from must mean this account and this epoch.
fn accept(tx: &mut dyn StoreTx, name: &str, push: &Push, time: Option<Millis>) -> Result<Answers> {
    let mut state = load(tx)?;
    if push.account != state.identity.account || push.epoch != state.identity.epoch {
        return Err(Error::Stale { remote: name.to_owned(), why: Stale::Moved });
    }
    let last = state.serials.insert(push.device.clone(), push.serial).unwrap_or_default();
    if push.serial <= last {
        return Err(Error::Stale { remote: name.to_owned(), why: Stale::OldCall { last } });
    }
    let mut recorded = Vec::new();
    let mut answers = Vec::with_capacity(push.changes.len());
    // Facts first: a newcomer of this batch may only meet classes as they are with them.
    let mut order: Vec<usize> = (0..push.changes.len()).collect();
    order.sort_by_key(|index| push.changes[*index].entity != ALIASES.name);
    for index in order {
        let change = &push.changes[index];
        let answer = match refuse(change, time) {
            Some(answer) => answer,
            None => take(tx, &mut state, change, &mut recorded)?,
        };
        answers.push((index, answer));
    }
    save(tx, &state)?;
    answers.sort_unstable_by_key(|(index, _)| *index);
    let answers = answers.into_iter().map(|(_, answer)| answer).collect();
    let digests = every(tx, &state.digests);
    Ok(Answers { head: state.head, identity: state.identity, answers, recorded, digests, time })
}

/// Why a row cannot be taken, whatever the hub holds.
fn refuse(change: &Change, time: Option<Millis>) -> Option<Answer> {
    let odd = change.row.cells().map(|(field, _)| field.as_ref()).find(|it| !is_plain_name(it));
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
    tx: &mut dyn StoreTx,
    state: &mut State,
    change: &Change,
    recorded: &mut Vec<Recorded>,
) -> Result<Answer> {
    let Change { entity, id, .. } = change;
    let known = tx.get(entity, *id)?;
    if known.is_none() && !change.whole {
        return Ok(Answer::NeedWhole);
    }
    let is_new = known.is_none();
    let mut stored = known.unwrap_or_else(|| Stored::new(*id));
    let mut row = change.row.clone();
    let descriptor = tx.schema().get(entity);
    if let Some(descriptor) = descriptor {
        row.retain(|field| descriptor.field(field).is_none_or(|it| !it.local));
    }
    if !stored.row.join(row) && !is_new {
        return Ok(Answer::Accepted { seq: stored.seq, hash: stored.hash });
    }
    let key = descriptor.and_then(|it| it.key_of(&stored.row));
    stored.born = if is_new { change.birth } else { stored.born && stored.key == key };
    stored.key = key;
    if let Some(descriptor) = descriptor
        && is_new
        && let Some(twin) = twin(tx, descriptor, &stored)?
    {
        // The fact comes before the row: whoever has heard that the row is no birth
        // any more has heard whom it was folded with.
        let (id, row) = alias::fact(entity, stored.id, twin);
        if tx.get(ALIASES.name, id)?.is_none() {
            let mut fact = Stored { row: row.clone(), ..Stored::new(id) };
            number(tx, state, ALIASES.name, &mut fact, true)?;
            let (entity, birth, whole) = (ALIASES.name.to_owned(), false, true);
            let change = Change { entity, id, row, birth, whole };
            recorded.push(Recorded { seq: fact.seq, change });
        }
    }
    number(tx, state, entity, &mut stored, is_new)?;
    Ok(Answer::Accepted { seq: stored.seq, hash: stored.hash })
}

/// Gives a row the next sequence number and stores it.
fn number(
    tx: &mut dyn StoreTx,
    state: &mut State,
    entity: &str,
    stored: &mut Stored,
    is_new: bool,
) -> Result<()> {
    let hash = stored.row.hash(entity, stored.id);
    let sum = state.digests.entry(entity.to_owned()).or_default();
    *sum = sum.wrapping_sub(stored.hash).wrapping_add(hash);
    stored.hash = hash;
    state.head = state.head.next();
    stored.seq = state.head;
    // What a device needs to know of it, should it get the row by a snapshot.
    stored.acked = true;
    if let Some(snapshots) = &mut state.snapshots {
        snapshots.latest = snapshots.latest.max(stored.row.latest_person());
    }
    if is_new { tx.insert(entity, stored) } else { tx.put(entity, stored) }
}

/// The live row that `newcomer` meets under its natural key. Only births fold: two old
/// rows that were renamed to one key stay two, and so do two that two wiped hubs have
/// acknowledged.
///
/// After a hub was wiped, rows come to the new one in any order. So that it does not
/// matter which of two came first, an old row also folds with one that came here as a
/// birth and still has that key. A class that has not come back as a whole is left
/// alone: the part that is missing may say that it was deleted.
fn twin(tx: &dyn ReadRows, entity: &EntityDescriptor, newcomer: &Stored) -> Result<Option<Id>> {
    let Some(key) = newcomer.key.as_deref() else { return Ok(None) };
    let alone = alias::class(tx, entity.name, newcomer.id)?.len() == 1;
    if newcomer.row.is_deleted() || !alone {
        return Ok(None);
    }
    for candidate in tx.with_key(entity.name, key)? {
        let Some(stored) = tx.get(entity.name, candidate)? else { continue };
        if candidate == newcomer.id || !(newcomer.born || stored.born) {
            continue;
        }
        let class = alias::class(tx, entity.name, candidate)?;
        if let Some(it) = view::view(tx, entity, candidate)?
            && it.members.len() == class.len()
            && !it.row.is_deleted()
            && entity.key_of(&it.row).as_deref() == Some(key)
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
