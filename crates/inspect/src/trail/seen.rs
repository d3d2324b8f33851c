//! A row with everything that the store keeps about it, and where that puts it.

use driftline_core::{
    EntityDescriptor, Id, alias,
    store::{AuditEntry, QueueList, Queued, ReadTx, Stored},
    view::{self, View},
};

/// Where a row stands with the remote, in a word that every output shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was never queued: nothing of it travels, or there is no one to send it to.
    Local,
    /// It waits to be sent.
    Waiting,
    /// The remote refused it; it is kept here.
    Parked,
    /// A rule of its owner keeps it on this device.
    Excluded,
    /// It waits for a decision of its owner, or they decided that it stays.
    Held,
    /// The remote has it as it is here, as of the last contact.
    Synced,
}

impl Standing {
    /// The one word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Waiting => "waiting",
            Self::Parked => "parked",
            Self::Excluded => "excluded",
            Self::Held => "held",
            Self::Synced => "synced",
        }
    }
}

/// A row with everything that the store keeps about it.
pub(super) struct Seen {
    pub(super) entity: String,
    /// None for a row that only a newer program understands.
    pub(super) descriptor: Option<&'static EntityDescriptor>,
    pub(super) view: View,
    pub(super) stored: Vec<Stored>,
    pub(super) queue: Vec<Queued>,
    pub(super) log: Vec<AuditEntry>,
}

impl Seen {
    pub(super) fn read(
        tx: &dyn ReadTx,
        entity: &str,
        id: Id,
    ) -> driftline_core::Result<Option<Self>> {
        let descriptor = tx.schema().get(entity);
        let (mut stored, mut queue, mut log) = (Vec::new(), Vec::new(), Vec::new());
        for member in alias::class(tx, entity, id)? {
            stored.extend(tx.get(entity, member)?);
            queue.extend(tx.queued(entity, member)?);
            log.extend(tx.audit_of(entity, member)?);
        }
        log.sort_by_key(|it| std::cmp::Reverse(it.log_id));
        let view = match descriptor {
            Some(descriptor) => view::view(tx, descriptor, id)?,
            None => stored.first().cloned().map(|it| View {
                id,
                members: vec![id],
                row: it.row,
                local: it.local,
            }),
        };
        let entity = entity.to_owned();
        Ok(view.map(|view| Self { entity, descriptor, view, stored, queue, log }))
    }

    /// Where it stands with `remote`. Without one nothing waits, whatever is in the queue
    /// for a remote to come.
    pub(super) fn standing(&self, remote: Option<&str>) -> Standing {
        let acked = || self.stored.iter().any(|it| it.acked);
        match self.queue.iter().map(|it| it.standing.list()).max() {
            Some(QueueList::Excluded) => Standing::Excluded,
            _ if remote.is_none() => Standing::Local,
            Some(QueueList::Held) => Standing::Held,
            Some(QueueList::Parked) => Standing::Parked,
            Some(QueueList::Waiting) => Standing::Waiting,
            None if acked() => Standing::Synced,
            None => Standing::Local,
        }
    }
}
