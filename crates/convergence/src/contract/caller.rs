//! Somebody who calls a hub by hand.

use std::collections::BTreeMap;

use driftline_core::{
    Answer, Answers, Backend, Change, Cursor, Env, Error, Id, Identity, Millis, PROTOCOL, Page,
    Pull, Push, Result, Row, Seq, Serial, Stale, Stamp, Value,
};

/// An entity that no program has: rows of such are kept, too.
pub(super) const ENTITY: &str = "contract";

/// A device of one person.
pub(super) struct Caller<'a> {
    pub(super) hub: &'a dyn Backend,
    pub(super) env: &'a dyn Env,
    pub(super) identity: Identity,
    device: String,
    serial: Serial,
    /// What was read of the feed, up to here.
    rows: BTreeMap<(String, Id), Row>,
    cursor: Cursor,
    /// How far the clock of the service is ahead of the one here.
    ahead: i64,
    /// Whether it has one.
    pub(super) has_clock: bool,
}

impl<'a> Caller<'a> {
    /// Somebody whose account has no rows; an error otherwise, and nothing is written.
    pub(super) async fn begin(hub: &'a dyn Backend, env: &'a dyn Env) -> Result<Self> {
        let pull = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 << 20 };
        let page = hub.pull(pull).await?;
        if page.head != Seq::default() || !page.changes.is_empty() {
            return Err(Error::Store {
                what: format!("{} holds rows of {} already", hub.name(), page.identity.person),
                help: "sign in with an account that was never used there: this writes a lot, \
                       and what it writes stays"
                    .into(),
                source: None,
            });
        }
        let ahead = page.time.map_or(0, |it| it.cast_signed() - env.wall().cast_signed());
        let device = format!("contract-{:016x}", env.random());
        let (identity, has_clock) = (page.identity, page.time.is_some());
        let (rows, cursor) = (BTreeMap::new(), page.next);
        Ok(Self {
            hub,
            env,
            identity,
            device,
            serial: Serial::default(),
            rows,
            cursor,
            ahead,
            has_clock,
        })
    }

    /// A stamp of now and so many milliseconds, by the clock of the service.
    pub(super) fn stamp(&self, later: i64) -> Stamp {
        let now: Millis = self.env.wall().saturating_add_signed(self.ahead + later);
        Stamp::person(now, 0, 7)
    }

    /// A new row with one value.
    pub(super) fn birth(&self, value: Value) -> Change {
        let id = Id::new(self.env.wall(), [self.env.random(), self.env.random()]);
        let row = Row::from_iter([("value", self.stamp(0), value)]);
        Change { entity: ENTITY.into(), id, row, birth: true, whole: true }
    }

    /// The next call of this device with these rows.
    pub(super) fn call(&mut self, changes: &[Change]) -> Push {
        self.serial = self.serial.next();
        Push {
            protocol: PROTOCOL,
            account: self.identity.account.clone(),
            epoch: self.identity.epoch.clone(),
            device: self.device.clone(),
            serial: self.serial,
            changes: changes.to_vec(),
        }
    }

    /// Pushes rows; a call that has to be made again, because the service wanted parts of
    /// long values first, is.
    pub(super) async fn push(&mut self, changes: &[Change]) -> Result<Answers> {
        loop {
            let call = self.call(changes);
            match self.hub.push(call).await {
                Err(Error::Stale { why: Stale::OldCall { last }, .. }) if last <= self.serial => {
                    self.serial = last;
                }
                done => return done,
            }
        }
    }

    /// Pushes a row that must be taken, and says what the hub holds then.
    pub(super) async fn accepted(&mut self, change: &Change) -> Result<Option<u64>> {
        let answers = self.push(std::slice::from_ref(change)).await?;
        Ok(match answers.answers.as_slice() {
            [Answer::Accepted { hash, .. }] => Some(*hash),
            _ => None,
        })
    }

    pub(super) async fn page(&self, cursor: Cursor, rows: usize) -> Result<Page> {
        let bytes = self.hub.limits().bytes;
        self.hub.pull(Pull { protocol: PROTOCOL, cursor, rows, bytes }).await
    }

    /// Reads on from where it last read to.
    pub(super) async fn read_on(&mut self) -> Result<&BTreeMap<(String, Id), Row>> {
        loop {
            let page = self.page(self.cursor, self.hub.limits().rows).await?;
            let is_end = page.next == page.head || page.next <= self.cursor;
            self.cursor = page.next;
            self.rows.extend(page.changes.into_iter().map(|it| ((it.entity, it.id), it.row)));
            if is_end {
                return Ok(&self.rows);
            }
        }
    }

    /// What the hub holds of a row.
    pub(super) async fn held(&mut self, change: &Change) -> Result<Option<Row>> {
        Ok(self.read_on().await?.get(&(change.entity.clone(), change.id)).cloned())
    }
}
