//! Which device wrote something. A stamp carries a number that a device drew for itself;
//! people know their devices by name.

use std::collections::BTreeMap;

use driftline_core::{Durability, Replica, Result, Stamp, store::ReadTx};

/// Under which name a store keeps what an account calls its devices: a JSON object from
/// the device's number, in hexadecimal, to its name.
const NAMES: &str = "devices.names";

/// Keeps what an account calls its devices, by their numbers in hexadecimal, so that they
/// have names also while the account is out of reach.
///
/// # Errors
/// When the store cannot be written.
pub fn remember(replica: &Replica, names: &BTreeMap<String, String>) -> Result<()> {
    let text = serde_json::to_string(names).unwrap_or_default();
    replica.write_with(Durability::Normal, |tx| {
        if tx.value(NAMES)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        tx.set_value(NAMES, Some(&text))
    })
}

/// The devices of a person, by the numbers in their stamps.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    this: u32,
    names: BTreeMap<String, String>,
}

impl Devices {
    /// The devices that `replica` has heard of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of(replica: &Replica, tx: &dyn ReadTx) -> Result<Self> {
        let this = number(replica.moment().node);
        let text = tx.meta(NAMES)?;
        let names = text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
        Ok(Self { this, names })
    }

    /// Whether a person wrote it on this device.
    pub fn is_here(&self, stamp: Stamp) -> bool {
        stamp.is_person() && number(stamp.node()) == self.this
    }

    /// What people call the device that wrote it, if a person did.
    pub fn name(&self, stamp: Stamp) -> Option<String> {
        if !stamp.is_person() {
            return None;
        }
        if self.is_here(stamp) {
            return Some("this device".into());
        }
        let number = format!("{:08x}", number(stamp.node()));
        let name = self.names.get(&number);
        Some(name.cloned().unwrap_or_else(|| format!("device {number}")))
    }

    /// The number of this device as text.
    pub fn this(&self) -> String {
        format!("{:08x}", self.this)
    }
}

/// Half of a stamp's node names the device; the other half tells its openings apart.
fn number(node: u64) -> u32 {
    u32::try_from(node >> 32).unwrap_or_default()
}
