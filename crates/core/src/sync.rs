//! One exchange with a hub: pull until dry, push until dry, compare. It can be stopped
//! at any point and started again; whatever was stored is stored as a whole.

mod call;
mod patience;
mod pull;
mod push;

use std::{future, mem, task::Poll};

use crate::{
    Backend, Cursor, Durability, Error, Millis, Replica, Result, Seq, Stale,
    clock::Correction,
    device::{self, Compared, Due, Restamped},
    status::{Failure, Progress},
    store::{ReadTx, StoreTx},
};

/// How often a sync may have to start over before it leaves the rest to the next one.
const TURNS: u32 = 32;

/// What a sync did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncReport {
    /// Rows that came from the hub.
    pub received: u64,
    /// Rows that the hub took.
    pub sent: u64,
    /// Rows that were set aside.
    pub parked: u64,
    /// Rows that failed by themselves without a name: they wait, and are tried again a
    /// minute later.
    pub failed: u64,
    /// Writes that were given new stamps, because this clock was far ahead.
    pub restamped: Vec<Restamped>,
    /// How often it started over: the hub was wiped, restored, or held something else.
    pub restarts: u32,
    /// Calls made.
    pub calls: u32,
    /// What is out of the remote's reach of what was purged, each in words.
    pub unreached: Vec<String>,
}

impl Replica {
    /// Exchanges everything with `remote`. Interrupted anywhere, the next one goes on.
    ///
    /// # Errors
    /// Sorted by what to do next; the same is told by [`Self::status`] afterwards.
    pub async fn sync(&self, remote: &dyn Backend) -> Result<SyncReport> {
        self.exchange(remote, false).await
    }

    /// The same for a hub that is known to hold nothing new: what waits is sent at once,
    /// and only if the hub moved after all it is read as well.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn send(&self, remote: &dyn Backend) -> Result<SyncReport> {
        self.exchange(remote, true).await
    }

    async fn exchange(&self, remote: &dyn Backend, knows: bool) -> Result<SyncReport> {
        let syncing = self.begin_sync();
        let mut exchange = Exchange::new(self, remote);
        let outcome = exchange.run(knows).await;
        let report = mem::take(&mut exchange.report);
        let failure = outcome.as_ref().err().map(Failure::from);
        self.end_sync(failure, !matches!(outcome, Err(Error::Unavailable { .. })))?;
        drop(syncing);
        outcome.map(|()| report)
    }
}

/// One sync of `replica` with `remote`.
struct Exchange<'a> {
    replica: &'a Replica,
    remote: &'a dyn Backend,
    report: SyncReport,
    head: Seq,
    /// Rows in the queue, counted once a round: to count them after every page would
    /// take longer than to send them.
    waiting: u64,
    turns: u32,
    /// When it began.
    begun: Millis,
    /// The last one found the hub away, and this one has not reached it yet.
    is_away: bool,
    /// The hub was reached.
    is_reached: bool,
    /// A row came that was purged elsewhere.
    met_purged: bool,
    /// Some batch failed without a name: the largest that did not, since.
    largest: Option<usize>,
}

impl<'a> Exchange<'a> {
    fn new(replica: &'a Replica, remote: &'a dyn Backend) -> Self {
        let report = SyncReport::default();
        Self {
            replica,
            remote,
            report,
            head: Seq::default(),
            waiting: 0,
            turns: 0,
            begun: replica.now(),
            is_away: false,
            is_reached: false,
            met_purged: false,
            largest: None,
        }
    }

    /// Exchanges until nothing is left to do. If the hub is known to hold nothing new,
    /// it is not asked first, so that a change costs one call.
    async fn run(&mut self, mut knows: bool) -> Result<()> {
        self.is_away = self.replica.was_away()?;
        self.read_again().await?;
        loop {
            let look = |tx: &dyn ReadTx| Ok((device::link(tx)?, tx.queue_counts()?.waiting));
            let (link, waiting) = self.replica.store().view(look)?;
            self.waiting = waiting;
            // Without an identity nothing can be sent, and without anything to send the
            // hub would not be asked at all.
            self.head = Seq(link.cursor.0);
            if link.identity.is_none() {
                self.take_snapshot().await?;
            }
            if !knows || link.identity.is_none() || self.waiting == 0 {
                self.pull().await?;
                self.waiting = self.waits()?;
            }
            knows = false;
            if !self.push().await? {
                continue;
            }
            let look = |tx: &dyn ReadTx| Ok((device::link(tx)?, device::is_idle(tx)?));
            let (link, is_idle) = self.replica.store().view(look)?;
            // Further on, or put back since it was read.
            if link.cursor != self.head {
                self.turn()?;
                continue;
            }
            match link.compared {
                Some(Compared { state, differ }) if !differ.is_empty() && is_idle => {
                    if link.healed == Some(state) {
                        let (remote, entities) = (self.remote.name(), differ.join(", "));
                        return Err(Error::NotEqual { remote, entities });
                    }
                    // The last of the queue was parked since both sides were compared.
                    self.turn()?;
                }
                _ => return self.sweep().await,
            }
        }
    }

    /// Takes away for good what purged rows have left, once the remote has every mark.
    async fn sweep(&mut self) -> Result<()> {
        if !self.met_purged && !self.replica.has_purged() {
            return Ok(());
        }
        let due = self.replica.sweep_due()?;
        let is_own = due.there.is_some() && self.waits()? == 0;
        match self.remote.sweep(is_own).await {
            Ok(unreached) if is_own => {
                self.report.unreached = unreached;
                self.replica.note_swept(&Due { there: due.there, ..Due::default() })?;
            }
            Ok(_) => (),
            Err(error) => {
                tracing::debug!(%error, "the remote may still keep what was purged");
                self.report.unreached = vec![error.to_string()];
            }
        }
        // Who reads just now keeps the log from being cut: the next sync tries again.
        if let Err(error) = self.replica.sweep() {
            tracing::debug!(%error, "what was purged may still be in the log");
        }
        Ok(())
    }

    /// Tries once in a program's life what was set aside: it may be a newer program.
    async fn read_again(&mut self) -> Result<()> {
        if !self.replica.is_first_sync() {
            return Ok(());
        }
        let look = |tx: &dyn ReadTx| Ok((device::unread(tx)?, device::has_purged(tx)?));
        let (unread, has_purged) = self.replica.store().view(look)?;
        if has_purged {
            // What a purge left to do when its process ended.
            self.replica.go_on_purging(Durability::Normal)?;
            self.met_purged = self.replica.sweep_due()? != Due::default();
        }
        for aside in unread {
            let text = self.replica.store().view(|tx| device::unread_text(tx, &aside))?;
            let Ok(Some(change)) = self.remote.read_again(&text).await else { continue };
            let (moment, row) = (self.replica.moment(), (change.entity.clone(), change.id));
            self.write(|tx| device::take_back(tx, &moment, &aside, change))?;
            self.replica.announce(vec![row]);
        }
        Ok(())
    }

    fn write(&self, job: impl FnOnce(&mut dyn StoreTx) -> Result<()>) -> Result<()> {
        self.replica.store().transact(Durability::Normal, job)
    }

    /// Compares clocks with a hub that has one.
    fn measure(&self, theirs: Option<Millis>) {
        if let Some(theirs) = theirs {
            self.replica.correct(Correction::measure(self.replica.env(), theirs));
        }
    }

    fn waits(&self) -> Result<u64> {
        Ok(self.replica.store().view(|tx| tx.queue_counts())?.waiting)
    }

    fn show(&self, at: Cursor) {
        let (received, sent) = (self.report.received, self.report.sent);
        let (at, head, waiting) = (at.0, self.head.0, self.waiting);
        self.replica.show(Progress { received, at, head, sent, waiting });
    }

    /// Counts a start over; a hub that changes at every call is left for later.
    fn turn(&mut self) -> Result<()> {
        self.turns += 1;
        if self.turns > TURNS {
            return Err(Error::Stale { remote: self.remote.name(), why: Stale::Moved });
        }
        Ok(())
    }
}

/// Lets whoever waits beside a sync have their turn, such as a person who pauses it: a
/// remote on this machine answers at once, so nothing else would.
async fn breathe() {
    let mut breathed = false;
    future::poll_fn(|context| {
        if mem::replace(&mut breathed, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
