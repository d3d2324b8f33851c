//! What a fleet exchanges with its hub: syncs with and without faults, two at the same time, and
//! calls and answers that come late.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use driftline_core::{
    Error, Result, SignInCause, Stale, SyncReport,
    clock::Moment,
    device,
    store::{Durability, StoreTx},
};
use futures_executor::block_on;

use super::Fleet;
use crate::{
    arrivals,
    device::{Device, Process},
    dice::Dice,
    link::Link,
    plan::Fault,
    promise::{broken, chain, lock},
    seen,
    sender::Late,
};

/// A row that failed without a name is tried again by then, in milliseconds.
const LATER: u64 = 70_000;

impl Fleet<'_> {
    fn link(&self, place: usize, fault: Fault, dice: &mut Dice) -> Link<'_> {
        Link {
            device: &self.devices[place],
            hub: self.hub.backend(),
            hub_store: self.hub.store(),
            losses: self.losses,
            other: self.other.backend(),
            model: &self.model,
            fault,
            at: dice.below(4),
            dice: dice.roll(),
            rows: self.plan.world.rows,
            older: self.plan.world.older == Some(place),
            calls: AtomicUsize::new(0),
            fired: AtomicBool::new(false),
        }
    }

    pub(super) fn sync(&mut self, place: usize, fault: Fault, dice: &mut Dice) -> Result<()> {
        if matches!(fault, Fault::DieBefore | Fault::DieAfter) {
            self.devices[place].fuse.arm(dice.below(6), fault == Fault::DieAfter);
        }
        let process = dice.roll();
        let link = self.link(place, fault, dice);
        let done = block_on(self.devices[place].process(process).sync(&link));
        let fired = link.fired.load(Ordering::Relaxed);
        // A hub that lost nothing is compared at the end, and so is what cannot be read yet.
        let reads_all = self.devices[place].look(|tx| device::unread(tx))?.is_empty();
        if let (true, true, Some(hub)) =
            (self.losses > 0 && reads_all, done.is_ok(), self.hub.store())
        {
            arrivals::check(&self.devices[place], hub)?;
        }
        self.after_sync(place, fault, fired, done)
    }

    /// What fails without a name lasts, often until the device gives a row up.
    pub(super) fn sync_again_and_again(&mut self, place: usize, dice: &mut Dice) -> Result<()> {
        for _ in 0..=dice.below(4) {
            self.sync(place, Fault::Unnamed, dice)?;
            self.pass(LATER);
        }
        Ok(())
    }

    fn after_sync(
        &mut self,
        place: usize,
        fault: Fault,
        mut fired: bool,
        done: Result<SyncReport>,
    ) -> Result<()> {
        self.devices[place].see_clock();
        self.devices[place].hear_restamps(&self.model)?;
        if self.devices[place].fuse.is_dead() {
            fired = true;
            self.devices[place].start()?;
        } else {
            self.devices[place].fuse.disarm();
            if let Err(error) = &done
                && !expected(fault, error)
            {
                return Err(broken(format!("a sync failed: {}", chain(error))));
            }
        }
        if fired {
            self.count(&format!("{fault:?}"));
        }
        let report = done.unwrap_or_default();
        if self.losses == 0 && report.restarts > 0 {
            return Err(broken("a sync started over although its hub lost nothing".into()));
        }
        for (what, happened) in [
            ("a sync without a fault", fault == Fault::None),
            (seen::RESTAMPED, !report.restamped.is_empty()),
            (seen::STARTED_OVER, report.restarts > 0),
            (seen::FAILED, report.parked + report.failed > 0),
        ] {
            if happened {
                self.count(what);
            }
        }
        Ok(())
    }

    /// Two processes, of one device or of two, sync at the same time.
    pub(super) fn sync_both(&mut self, places: [(usize, usize); 2], dice: &mut Dice) -> Result<()> {
        let links = places.map(|(place, _)| self.link(place, Fault::None, dice));
        let [one, other] = places.map(|(place, process)| &self.devices[place].processes[process]);
        let (one, other) =
            block_on(futures_util::future::join(one.sync(&links[0]), other.sync(&links[1])));
        for (done, (place, _)) in [one, other].into_iter().zip(places) {
            // Without the lock that keeps a profile to one sync at a time, each may find
            // the other's cursor again and again. It then leaves the rest for later.
            let done = match done {
                Err(Error::Stale { why: Stale::Moved, .. }) => Ok(SyncReport::default()),
                done => done,
            };
            self.after_sync(place, Fault::None, false, done)?;
        }
        Ok(())
    }

    pub(super) fn deliver_late(&mut self, place: usize) -> Result<()> {
        let late = std::mem::take(&mut *lock(&self.devices[place].late));
        for (losses, it) in late {
            let (what, done) = match it {
                Late::Push(push) => {
                    (seen::LATE_CALL, block_on(self.hub.backend().push(push)).map(drop))
                }
                Late::Page(position, page) => {
                    let process = &self.devices[place].processes[0];
                    (
                        seen::LATE_PAGE,
                        deliver(process, |tx, moment| {
                            device::adopt(tx, moment, &position, page.clone()).map(drop)
                        }),
                    )
                }
                Late::Answers(batch, answers) => {
                    let process = &self.devices[place].processes[0];
                    (
                        seen::LATE_ANSWER,
                        deliver(process, |tx, moment| {
                            device::settle(tx, moment, &batch, answers.clone()).map(drop)
                        }),
                    )
                }
            };
            self.count(what);
            if losses < self.losses {
                self.count(seen::LATE_PAST_RESET);
            }
            match done {
                Ok(())
                | Err(
                    Error::Stale { why: Stale::Moved, .. }
                    | Error::Stale { why: Stale::OldCall { .. }, .. },
                ) => (),
                Err(error) => return Err(broken(format!("{what} and failed: {}", chain(&error)))),
            }
            self.devices[place].hear_restamps(&self.model)?;
        }
        Ok(())
    }

    /// Syncs one device without faults, until it has nothing to do.
    pub(crate) fn sync_clean(&self, device: &Device) -> Result<SyncReport> {
        let link = Link {
            device,
            hub: self.hub.backend(),
            hub_store: self.hub.store(),
            losses: self.losses,
            other: self.other.backend(),
            model: &self.model,
            fault: Fault::None,
            at: 0,
            dice: 0,
            rows: 100,
            older: false,
            calls: AtomicUsize::new(0),
            fired: AtomicBool::new(false),
        };
        let report = block_on(device.processes[0].sync(&link));
        device.hear_restamps(&self.model)?;
        report
    }
}

fn deliver(
    process: &Process,
    job: impl FnOnce(&mut dyn StoreTx, &Moment) -> Result<()>,
) -> Result<()> {
    let moment = process.moment();
    process.store.transact(Durability::Normal, |tx| job(tx, &moment))
}

/// Whether `error` is what this fault may end a sync with.
fn expected(fault: Fault, error: &Error) -> bool {
    match fault {
        Fault::DropCall | Fault::DropAnswer | Fault::DelayAnswer | Fault::DelayCall => {
            matches!(error, Error::Unavailable { .. })
        }
        Fault::OtherAccountPull => {
            matches!(error, Error::SignIn { why: SignInCause::WrongAccount { .. }, .. })
        }
        Fault::FutureProtocol => matches!(error, Error::Protocol { .. }),
        _ => false,
    }
}
