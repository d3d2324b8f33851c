//! What this device holds and the hub has yet to hear of: call by call, and what one carries is
//! read while the one before it is under way.

use super::{Exchange, breathe, call::Call, patience::tell};
use crate::{
    Answers, Durability, Error, Limits, Result, Serial, Stale,
    device::{self, Batch, Settled},
    store::StoreTx,
};

impl Exchange<'_> {
    /// Sends what waits. Returns whether all of it was sent; otherwise the hub must be
    /// read again first.
    pub(super) async fn push(&mut self) -> Result<bool> {
        self.ahead = None;
        loop {
            let batch = match self.ahead.take() {
                Some(batch) => batch,
                None => self.waiting_batch()?,
            };
            if batch.sent.is_empty() {
                return Ok(true);
            }
            if !self.send(batch).await? {
                self.turn()?;
                return Ok(false);
            }
        }
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

    /// Sends a batch. If it fails without a reason although the hub works, it is halved
    /// down to the row that is at fault, and that row waits for another sync.
    async fn send(&mut self, batch: Batch) -> Result<bool> {
        let mut open = vec![batch];
        while let Some(mut batch) = open.pop() {
            breathe().await;
            let (env, remote) = (self.replica.env(), self.remote);
            let call = Call::new(tell(env, remote, &batch)).begun().await;
            self.ahead = if open.is_empty() { self.batch_behind(&batch)? } else { None };
            let (calls, answers) = call.answer().await;
            self.report.calls += calls;
            match answers {
                Ok(Some(answers)) => {
                    self.reached()?;
                    self.largest = self.largest.map(|it| it.max(batch.sent.len()));
                    self.measure(answers.time);
                    let settled = self.settle(&batch, answers, open.last_mut())?;
                    if settled.dropped || settled.restarted || settled.unread {
                        return Ok(false);
                    }
                }
                Ok(None) | Err(Error::Stale { why: Stale::Moved, .. }) => return Ok(false),
                Err(Error::Stale { why: Stale::OldCall { last }, .. }) => {
                    // A later call of this device overtook it, and may have changed what
                    // waits: the rows are read again, and not sent as they were.
                    self.write(|tx| device::renumber(tx, &mut batch, last))?;
                    return Ok(false);
                }
                Err(error @ Error::BatchFailed { .. }) if batch.sent.len() > 1 => {
                    self.ahead = None;
                    if self.largest.is_none() {
                        self.check_that_it_works(&batch, &error).await?;
                        self.largest = Some(0);
                    }
                    let rest = batch.split();
                    self.write(|tx| device::renumber(tx, &mut batch, Serial::default()))?;
                    open.extend([rest, batch]);
                }
                Err(error @ Error::BatchFailed { .. }) => {
                    self.ahead = None;
                    self.check_that_it_works(&batch, &error).await?;
                    let (reason, now) = (error.to_string(), self.begun);
                    let fail = |tx: &mut dyn StoreTx| device::fail(tx, &batch, &reason, now);
                    let parked = self.replica.store().transact(Durability::Normal, fail)?;
                    self.report.parked += u64::from(parked);
                    self.report.failed += u64::from(!parked);
                    if let Some(next) = open.last_mut() {
                        self.write(|tx| device::renumber(tx, next, Serial::default()))?;
                    }
                }
                Err(error) => {
                    let reason = error.to_string();
                    self.write(|tx| device::note_failure(tx, &batch, &reason))?;
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    /// Takes in the answers to `batch`, and makes what was read before they came the next call:
    /// `half` of a batch that failed, or what goes behind this one.
    fn settle(
        &mut self,
        batch: &Batch,
        answers: Answers,
        half: Option<&mut Batch>,
    ) -> Result<Settled> {
        self.head = answers.head;
        let moment = self.replica.moment();
        let ahead = &mut self.ahead;
        let settled = self.replica.store().transact(Durability::Normal, |tx| {
            let settled = device::settle(tx, &moment, batch, answers)?;
            if let Some(half) = half {
                device::renumber(tx, half, Serial::default())?;
            }
            if let Some(next) = ahead
                && (settled.dropped || !device::go_next(tx, next)?)
            {
                *ahead = None;
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
