//! What a hub holds and this device does not: page by page, or everything at once.

use super::{Exchange, breathe, call::Call, patience::ask};
use crate::{
    Cursor, Durability, Limits, PROTOCOL, Page, Pull, Result,
    backend::check_protocol,
    device::{self, Adopted, Position},
    store::{QueueCounts, ReadTx, StoreTx},
};

/// A page that was asked for.
struct Asked<'a> {
    /// Where this device is, or will be when the page before is adopted.
    position: Position,
    answer: Call<'a, (u32, Result<Page>)>,
}

impl<'a> Exchange<'a> {
    /// Takes in everything at once, if nothing is here yet and the hub offers that.
    pub(super) async fn take_snapshot(&mut self) -> Result<()> {
        let is_empty = |tx: &dyn ReadTx| {
            let is_waiting = tx.queue_counts()? != QueueCounts::default();
            Ok(!is_waiting && tx.stored_entities()?.is_empty())
        };
        let replica = self.replica;
        if !replica.store().view(is_empty)? {
            return Ok(());
        }
        let moment = replica.moment();
        let take = move |tx: &mut dyn StoreTx, it| device::adopt_snapshot(tx, &moment, it);
        if let Some(rows) = self.remote.snapshot(replica.store(), Box::new(take)).await? {
            self.reached()?;
            self.report.received += rows;
            replica.announce_all()?;
        }
        Ok(())
    }

    /// Adopts pages until the hub has no more. The next page is on its way while one is
    /// adopted.
    pub(super) async fn pull(&mut self) -> Result<()> {
        let mut ahead = None;
        loop {
            breathe().await;
            let is_at_once = ahead.is_none();
            let Asked { position, answer } = match ahead.take() {
                Some(asked) => asked,
                None => self.ask(self.replica.store().view(|tx| device::position(tx))?),
            };
            let (calls, page) = answer.answer().await;
            self.report.calls += calls;
            let page = page?;
            check_protocol(&self.remote.name(), page.protocol, PROTOCOL)?;
            self.reached()?;
            // A page that lay here while another was adopted says when that began.
            if is_at_once {
                self.measure(page.time);
            }
            self.head = page.head;
            self.met_purged |= page.changes.iter().any(|it| it.row.is_purged());
            let (received, at) = (page.changes.len() as u64, page.next);
            let touched: Vec<_> =
                page.changes.iter().map(|it| (it.entity.clone(), it.id)).collect();
            if page.next < Cursor::from(page.head) {
                let after = position.after(&page);
                let Asked { position, answer } = self.ask(after);
                ahead = Some(Asked { position, answer: answer.begun().await });
            }
            let moment = self.replica.moment();
            let adopted = self
                .replica
                .store()
                .transact(Durability::Normal, |tx| device::adopt(tx, &moment, &position, page))?;
            match adopted {
                Adopted::More | Adopted::Dry => {
                    self.report.received += received;
                    self.replica.announce(touched);
                    if self.met_purged {
                        self.replica.go_on_purging(Durability::Normal)?;
                    }
                    self.show(at);
                }
                Adopted::Dropped => {
                    ahead = None;
                    self.turn()?;
                }
                Adopted::Restarted => {
                    ahead = None;
                    self.report.restarts += 1;
                    self.turn()?;
                }
            }
            if adopted == Adopted::Dry {
                return Ok(());
            }
        }
    }

    /// Asks for the page at `position`, once the answer is waited for.
    fn ask(&self, position: Position) -> Asked<'a> {
        let Limits { rows, bytes, .. } = self.remote.limits();
        let request = Pull { protocol: PROTOCOL, cursor: position.cursor, rows, bytes };
        Asked { position, answer: Call::new(ask(self.replica.env(), self.remote, request)) }
    }
}
