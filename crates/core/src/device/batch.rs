//! What a call carries, and which of this device's calls it is.

use crate::{
    Change, PROTOCOL, Push, Result, Serial,
    device::{Position, position},
    store::{Held, QueueId, WriteMeta},
};

/// The name of this device, drawn when its store was first opened.
pub(crate) const DEVICE: &str = "device";
pub(super) const SERIAL: &str = "device.serial";

/// Rows to send, as they were when they were read.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What the call is made with.
    pub position: Position,
    /// Which device calls.
    pub device: String,
    /// Which of its calls it is.
    pub serial: Serial,
    /// What it carries.
    pub sent: Vec<Sent>,
}

/// One row of a batch.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What travels.
    pub change: Change,
    /// The row's change counter: if it has grown, the row changed meanwhile.
    pub counter: u64,
    /// [`Row::hash`](crate::Row::hash) of the row as it was here.
    pub hash: u64,
    /// The number of its queue entry.
    pub queue_id: QueueId,
    /// What the hub held of it, as far as was known here.
    pub held: Held,
}

impl Batch {
    /// The call that carries this batch, if the device is bound to a hub.
    pub fn push(&self) -> Option<Push> {
        let identity = self.position.identity.as_ref()?;
        Some(Push {
            protocol: PROTOCOL,
            account: identity.account.clone(),
            epoch: identity.epoch.clone(),
            device: self.device.clone(),
            serial: self.serial,
            changes: self.sent.iter().map(|it| it.change.clone()).collect(),
        })
    }

    /// Splits off the second half, to find the row at which a batch fails.
    pub fn split(&mut self) -> Self {
        let rest = self.sent.split_off(self.sent.len() / 2);
        let (position, device) = (self.position.clone(), self.device.clone());
        Self { position, device, serial: self.serial, sent: rest }
    }
}

/// Makes `batch` the latest call of this device, later than the call `last`.
///
/// # Errors
/// When the store cannot be written.
pub fn renumber(tx: &mut dyn WriteMeta, batch: &mut Batch, last: Serial) -> Result<()> {
    let mine = tx.meta(SERIAL)?.and_then(|it| it.parse().ok()).map_or_else(Serial::default, Serial);
    batch.serial = last.max(mine).next();
    batch.position = position(tx)?;
    tx.set_meta(SERIAL, Some(&batch.serial.to_string()))
}

/// A batch without rows, to see whether the hub takes any at all.
///
/// # Errors
/// When the store cannot be written.
pub fn nothing(tx: &mut dyn WriteMeta) -> Result<Batch> {
    let device = tx.meta(DEVICE)?.unwrap_or_default();
    let position = position(tx)?;
    let mut batch = Batch { position, device, serial: Serial::default(), sent: Vec::new() };
    renumber(tx, &mut batch, Serial::default())?;
    Ok(batch)
}
