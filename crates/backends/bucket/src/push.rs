//! Appending what came of a push. Nothing is locked across a call.

use driftline_core::{
    Answers, Digests, Push, Result,
    hub::{Judged, judge},
};

use crate::{
    bucket::{Bucket, Opened},
    catch_up::busy,
    entry::{Entry, Kept},
    found::Found,
    log::Created,
    mirror::{Place, Read, Step, place, state},
    names,
    seal::{Kind, Which, hash},
    space::{FORMAT, random_name},
};

/// How many others may be faster before a push is tried again later.
pub(crate) const TRIES: usize = 30;

/// An entry as its object, and what became of it.
pub(crate) struct Written {
    hash: String,
    tag: Option<String>,
}

impl Bucket {
    /// Judges `push` over the mirror, and appends what came of it.
    pub(crate) async fn append(&self, push: Push) -> Result<Answers> {
        for _ in 0..TRIES {
            let (opened, at) = self.catch_up().await?;
            let Some((answers, entry)) = self.judge(&opened, &at, &push)? else { continue };
            let Some(entry) = entry else { return Ok(answers) };
            if self.write_entry(&opened, &at, entry).await? {
                self.maybe_snapshot(&opened, at.number + 1).await;
                return Ok(answers);
            }
        }
        Err(busy(&self.name))
    }

    /// Writes the entry after `at`, and reads it. Returns whether nobody else was faster.
    pub(crate) async fn write_entry(
        &self,
        opened: &Opened,
        at: &Place,
        entry: Entry,
    ) -> Result<bool> {
        let number = at.number + 1;
        let which = Which { kind: Kind::Entry, number, part: 0, before: &at.hash };
        let bytes = opened.log.codec.seal(which, &entry, &*self.env)?;
        let Some(Written { hash, tag }) = opened.write_after(at, bytes).await? else {
            return Ok(false);
        };
        let key = opened.log.codec.key_after(number);
        opened.mirror.apply(at, Read { hash, tag, key, step: Step::Push(entry) })?;
        Ok(true)
    }

    /// What the push comes to, if the mirror is still at this place, and the entry for it, if
    /// it changes anything.
    fn judge(
        &self,
        opened: &Opened,
        at: &Place,
        push: &Push,
    ) -> Result<Option<(Answers, Option<Entry>)>> {
        opened.mirror.store.view(|tx| {
            if place(tx)?.as_ref() != Some(at) {
                return Ok(None);
            }
            let time = opened.time.last();
            let judged = judge(tx, state(tx)?, &self.name, push.clone(), time)?;
            let Judged { answers, taken, state } = judged;
            if taken.is_empty() {
                return Ok(Some((answers, None)));
            }
            let rows: Vec<Kept> =
                taken.iter().map(|it| Kept::changed(tx, it)).collect::<Result<_>>()?;
            let sums: Digests = taken
                .iter()
                .filter_map(|it| Some((it.entity.clone(), *state.digests.get(&it.entity)?)))
                .collect();
            let entry = Entry {
                call: random_name(&*self.env),
                device: push.device.clone(),
                serial: push.serial,
                reads: FORMAT,
                time,
                rows,
                sums,
            };
            Ok(Some((answers, Some(entry))))
        })
    }

    /// Writes a snapshot when the log has become long. A push that was taken does not fail
    /// because that does.
    async fn maybe_snapshot(&self, opened: &Opened, number: u64) {
        // Who has not read what was damaged can start nowhere else.
        let damaged = opened.mirror.place().ok().filter(|it| it.damaged.is_some());
        if damaged.is_none() && !number.is_multiple_of(self.options.snapshot_every.max(1)) {
            return;
        }
        let keep = self.options.keep;
        let saved = opened.log.save_snapshot(&opened.mirror, &self.env, keep).await;
        if let (Ok(()), Some(at)) = (saved, damaged) {
            let _later = opened.mirror.mended(&at);
        }
    }
}

impl Opened {
    /// Appends what is sealed to the entry at `at`; none if somebody else was faster.
    pub(crate) async fn write_after(&self, at: &Place, bytes: Vec<u8>) -> Result<Option<Written>> {
        let Some(written) = self.write(at.number + 1, bytes).await? else { return Ok(None) };
        Ok(if self.is_written(at, &written).await? { Some(written) } else { None })
    }

    /// Creates the entry; none if somebody else was faster, or nobody knows.
    async fn write(&self, number: u64, bytes: Vec<u8>) -> Result<Option<Written>> {
        let hash = hash(&bytes);
        let path = names::entry(&self.log.epoch, number);
        match self.log.create(&path, bytes.into()).await? {
            Created::Yes(tag) => Ok(Some(Written { hash, tag })),
            // One's own, if the call was repeated or its answer was lost: the hash stands for
            // the random name of this attempt.
            Created::Exists => self.find(number, hash).await,
            Created::Unknown(error) => match self.find(number, hash).await? {
                None => Err(error),
                found => Ok(found),
            },
        }
    }

    async fn find(&self, number: u64, own: String) -> Result<Option<Written>> {
        let found = self.log.get(&names::entry(&self.log.epoch, number)).await?;
        let own = found.filter(|(bytes, _)| hash(bytes) == own).map(|(_, it)| (own, it.tag));
        Ok(own.map(|(hash, tag)| Written { hash, tag }))
    }

    /// Whether everybody reads the entry after `at`: a number that was freed can be created
    /// again, and nobody would look there.
    async fn is_written(&self, at: &Place, written: &Written) -> Result<bool> {
        let listed = self.log.list(at.number).await?;
        if !self.is_same_space(listed.space.as_ref()).await? {
            return Ok(false);
        }
        let number = at.number + 1;
        if listed.snapshots.keys().any(|it| *it >= number) {
            return Ok(false);
        }
        if at.number > 0 {
            let before = listed.entries.get(&at.number).filter(|it| it.size > 0);
            let found = match before {
                Some(it) => self.found(at, it).await?,
                None => Found::Nothing,
            };
            // After one that was damaged since it was read, the log goes on as after itself.
            let is_there = match found {
                Found::Same => true,
                Found::Damaged => at.damaged.is_some(),
                Found::Other | Found::Nothing => false,
            };
            if !is_there {
                return Ok(false);
            }
        }
        if !self.is_pinned(at).await? {
            return Ok(false);
        }
        let Some(there) = listed.entries.get(&number) else { return Ok(false) };
        if there.tag.is_some() && there.tag == written.tag {
            return Ok(true);
        }
        Ok(self.find(number, written.hash.clone()).await?.is_some())
    }
}
