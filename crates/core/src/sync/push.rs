//! What this device holds and the hub has yet to hear of: call by call, and what one carries is
//! read while the one before it is under way.

use super::{Exchange, breathe, call::Call, patience::tell};
use crate::{
    Answers, Durability, Error, Limits, Result, Serial, Stale,
    device::{self, Batch, Settled},
    store::StoreTx,
};

/// A call that is under way, and what it carries.
struct Sending<'a> {
    batch: Batch,
    call: Call<'a, (u32, Result<Option<Answers>>)>,
}

impl<'a> Exchange<'a> {
    /// Sends what waits. Returns whether all of it was sent; otherwise the hub must be read again
    /// first. If a batch fails without a reason although the hub works, it is halved down to the
    /// row that is at fault, and that row waits for another sync.
    pub(super) async fn push(&mut self) -> Result<bool> {
        let (mut next, mut halves) = (None, Vec::new());
        loop {
            breathe().await;
            let Sending { mut batch, call } = match (next.take(), halves.pop()) {
                (Some(next), _) => next,
                (None, Some(half)) => self.begin(half).await,
                (None, None) => match self.waiting_batch()? {
                    batch if batch.sent.is_empty() => return Ok(true),
                    batch => self.begin(batch).await,
                },
            };
            let behind = if halves.is_empty() { self.batch_behind(&batch)? } else { None };
            let (calls, answers) = call.answer().await;
            self.report.calls += calls;
            match answers {
                Ok(Some(answers)) => {
                    self.reached()?;
                    self.largest = self.largest.map(|it| it.max(batch.sent.len()));
                    self.measure(answers.time);
                    next = self.begin_early(behind).await?;
                    let then = next.as_mut().map(|it| &mut it.batch);
                    let settled = self.settle(&batch, answers, halves.last_mut(), then)?;
                    if settled.dropped || settled.restarted || settled.unread {
                        if let Some(Sending { call, .. }) = next {
                            // Its answer fits nothing any more: as if it were lost.
                            self.report.calls += call.answer().await.0;
                        }
                        return self.read_first();
                    }
                }
                Ok(None) | Err(Error::Stale { why: Stale::Moved, .. }) => return self.read_first(),
                Err(Error::Stale { why: Stale::OldCall { last }, .. }) => {
                    // A later call of this device overtook it, and may have changed what
                    // waits: the rows are read again, and not sent as they were.
                    self.write(|tx| device::renumber(tx, &mut batch, last))?;
                    return self.read_first();
                }
                Err(error @ Error::BatchFailed { .. }) if batch.sent.len() > 1 => {
                    if self.largest.is_none() {
                        self.check_that_it_works(&batch, &error).await?;
                        self.largest = Some(0);
                    }
                    let rest = batch.split();
                    self.write(|tx| device::renumber(tx, &mut batch, Serial::default()))?;
                    halves.extend([rest, batch]);
                }
                Err(error @ Error::BatchFailed { .. }) => {
                    self.check_that_it_works(&batch, &error).await?;
                    let (reason, now) = (error.to_string(), self.begun);
                    let fail = |tx: &mut dyn StoreTx| device::fail(tx, &batch, &reason, now);
                    let parked = self.replica.store().transact(Durability::Normal, fail)?;
                    self.report.parked += u64::from(parked);
                    self.report.failed += u64::from(!parked);
                    if let Some(half) = halves.last_mut() {
                        self.write(|tx| device::renumber(tx, half, Serial::default()))?;
                    }
                }
                Err(error) => {
                    let reason = error.to_string();
                    self.write(|tx| device::note_failure(tx, &batch, &reason))?;
                    return Err(error);
                }
            }
        }
    }

    /// The hub is to be read before anything else is sent.
    fn read_first(&mut self) -> Result<bool> {
        self.turn()?;
        Ok(false)
    }

    async fn begin(&self, batch: Batch) -> Sending<'a> {
        let call = tell(self.replica.env(), self.remote, batch.push());
        Sending { batch, call: Call::new(call).begun().await }
    }

    /// Sends what was read ahead before the answer to the call before it is settled, so that the
    /// hub need not wait for that, unless something has happened since it was read.
    async fn begin_early(&self, next: Option<Batch>) -> Result<Option<Sending<'a>>> {
        let Some(next) = next else { return Ok(None) };
        let may_go = self.replica.store().view(|tx| device::may_go(tx, &next))?;
        Ok(if may_go { Some(self.begin(next).await) } else { None })
    }

    fn limits(&self) -> Limits {
        let mut limits = self.remote.limits();
        limits.rows = self.largest.map_or(limits.rows, |it| it.clamp(1, limits.rows));
        limits
    }

    /// What goes first. It has no rows if nothing waits.
    fn waiting_batch(&self) -> Result<Batch> {
        let (limits, guard, begun) = (self.limits(), self.replica.guard(), self.begun);
        let store = self.replica.store();
        if store.view(|tx| device::has_nothing(tx, guard.is_some()))? {
            return Ok(Batch::default());
        }
        store.transact(Durability::Normal, |tx| device::waiting(tx, &limits, guard, begun))
    }

    /// What goes behind `batch`, which is under way.
    fn batch_behind(&self, batch: &Batch) -> Result<Option<Batch>> {
        // To find the row at which a batch fails, one goes after another.
        if self.largest.is_some() || self.waiting <= batch.sent.len() as u64 {
            return Ok(None);
        }
        let (limits, guard) = (self.limits(), self.replica.guard());
        let store = self.replica.store();
        store.transact(Durability::Normal, |tx| device::ahead(tx, &limits, guard, batch))
    }

    /// Takes in the answers to `batch`, and lets the calls that were read before they came go with
    /// what that leaves: `half` of a batch that failed, or `next`, which is under way.
    fn settle(
        &mut self,
        batch: &Batch,
        answers: Answers,
        half: Option<&mut Batch>,
        next: Option<&mut Batch>,
    ) -> Result<Settled> {
        self.head = answers.head;
        let moment = self.replica.moment();
        let settled = self.replica.store().transact(Durability::Normal, |tx| {
            let settled = device::settle(tx, &moment, batch, answers)?;
            if let Some(half) = half {
                device::renumber(tx, half, Serial::default())?;
            }
            if let Some(next) = next.filter(|_| !settled.dropped) {
                device::follow(tx, next)?;
            }
            Ok(settled)
        })?;
        self.report.sent += settled.accepted;
        self.report.parked += settled.parked;
        self.report.restarts += u32::from(settled.restarted);
        if !settled.restamped.is_empty() {
            self.turn()?;
            self.report.restamped.extend(settled.restamped.iter().cloned());
        }
        self.waiting = self.waiting.saturating_sub(settled.accepted + settled.parked);
        self.show(self.head.into());
        Ok(settled)
    }
}
