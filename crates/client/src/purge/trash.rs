//! Emptying the trash: what people deleted long ago is purged, at once and everywhere. A person
//! decides when, because another device may have restored some of it and not synced since.

use driftline_core::{Millis, Replica, device::Discarded};
use serde::Serialize;

use super::{Purged, exchange, spread};
use crate::{Ask, Client, Device, Question, Result};

/// How many days deleted rows are kept, unless somebody says otherwise.
pub const DAYS: u32 = 30;

/// What emptying the trash would take with it.
#[derive(Clone, Debug, Serialize)]
pub struct Trash {
    /// For at least so many days it has been deleted.
    pub days: u32,
    /// The deleted rows, by entity.
    pub deleted: Vec<Discarded>,
    #[serde(skip)]
    before: Millis,
}

/// What was deleted at least so many days ago. Nothing is changed.
///
/// # Errors
/// When the rows cannot be read.
pub fn trash(replica: &Replica, days: u32) -> Result<Trash> {
    const DAY: Millis = 24 * 60 * 60 * 1_000;
    // What is deleted in this millisecond is deleted, too.
    let before = (replica.now() + 1).saturating_sub(Millis::from(days) * DAY);
    Ok(Trash { days, deleted: replica.trash(before)?, before })
}

impl Trash {
    /// How many deleted rows there are.
    pub fn count(&self) -> usize {
        self.deleted.iter().map(|it| it.rows.len()).sum()
    }

    /// Marks the rows. Returns how many there were.
    pub(crate) fn mark(&self, replica: &Replica) -> Result<u64> {
        Ok(replica.empty_trash(&self.deleted, self.before)?)
    }

    /// Purges them, if somebody agrees or has `agreed`, as [`Plan::carry_out`](super::Plan) does.
    /// If there is a remote, it syncs before: what was restored on another device stays. None if
    /// nobody agrees.
    ///
    /// # Errors
    /// When the remote is not reached, or rows cannot be written. What was marked by then stays
    /// purged.
    pub async fn carry_out(
        self,
        client: &Client,
        device: &Device,
        agreed: bool,
        ask: &dyn Ask,
    ) -> Result<Option<Purged<Self>>> {
        if !agreed && !ask.agrees(Question::Empty(&self))? {
            return Ok(None);
        }
        if device.remote().is_some() {
            exchange(client, device, ask).await?;
        }
        let rows = self.mark(&device.replica)?;
        spread(self, rows, client, device, ask).await.map(Some)
    }
}
