//! Why a row is as it is, and where: from its birth to the remote, so that nobody has to
//! guess why another device does not show it. Commands and pages print the same words.

mod fields;
mod hidden;
mod steps;
mod words;

use driftline_core::{
    EntityDescriptor, Id, Millis, Replica, alias, excerpt,
    store::{AuditEntry, QueueList, Queued, ReadTx, Stored},
    view::{self, View},
};

pub use self::{
    fields::{By, Lost, Written},
    steps::Step,
};
use crate::{Error, Result, devices::Devices, label::label};

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
            Self::Synced => "synced",
        }
    }
}

/// What would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Sending refused rows again.
    Retry,
    /// Exchanging everything now.
    Sync,
    /// Bringing the row back.
    Restore,
    /// Bringing its owner back.
    RestoreOwner,
    /// Letting it leave this device.
    LetGo,
}

/// What is known of a row.
#[derive(Clone, Debug)]
pub struct Trail {
    /// Its entity.
    pub entity: String,
    /// The id that stands for it.
    pub id: Id,
    /// What people call it.
    pub label: Option<String>,
    /// Every id that stands for it and has a row here.
    pub members: Vec<Id>,
    /// Where it stands with the remote.
    pub standing: Standing,
    /// Whether it is shown.
    pub shown: bool,
    /// When it was deleted, if it is.
    pub deleted_at: Option<Millis>,
    /// The owner that hides it: its entity and its id.
    pub hidden_by: Option<(String, Id)>,
    /// Where it stands now, in sentences; the most important comes first.
    pub now: Vec<String>,
    /// What would help.
    pub remedies: Vec<Remedy>,
    /// What happened to it, in order.
    pub steps: Vec<Step>,
    /// Who wrote which field.
    pub fields: Vec<Written>,
    /// Values that gave way, newest first.
    pub lost: Vec<Lost>,
    /// What waits to be sent.
    pub queue: Vec<Queued>,
}

/// Tells what is known of the row that `id` stands for. `remote` is what a person calls
/// the other side, if there is one.
///
/// # Errors
/// [`Error::NoRow`], or when the store cannot be read.
pub fn read(replica: &Replica, entity: &str, id: Id, remote: Option<&str>) -> Result<Trail> {
    let found = replica.read(|tx| {
        let devices = Devices::of(replica, tx)?;
        let Some(seen) = Seen::read(tx, entity, id)? else { return Ok(None) };
        trail(tx, &devices, &seen, remote).map(Some)
    })?;
    found.ok_or_else(|| Error::NoRow { typed: id.to_string(), of: Some(entity.to_owned()) })
}

/// A row with everything that the store keeps about it.
struct Seen {
    entity: String,
    /// None for a row that only a newer program understands.
    descriptor: Option<&'static EntityDescriptor>,
    view: View,
    stored: Vec<Stored>,
    queue: Vec<Queued>,
    log: Vec<AuditEntry>,
}

impl Seen {
    fn read(tx: &dyn ReadTx, entity: &str, id: Id) -> driftline_core::Result<Option<Self>> {
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
    fn standing(&self, remote: Option<&str>) -> Standing {
        let acked = || self.stored.iter().any(|it| it.acked);
        match self.queue.iter().map(|it| it.standing.list()).max() {
            Some(QueueList::Excluded) => Standing::Excluded,
            _ if remote.is_none() => Standing::Local,
            Some(QueueList::Parked) => Standing::Parked,
            Some(QueueList::Waiting) => Standing::Waiting,
            None if acked() => Standing::Synced,
            None => Standing::Local,
        }
    }
}

fn trail(
    tx: &dyn ReadTx,
    devices: &Devices,
    seen: &Seen,
    remote: Option<&str>,
) -> driftline_core::Result<Trail> {
    let hidden = hidden::by_what(tx, seen)?;
    let standing = seen.standing(remote);
    let (mut now, remedies) = words::now(tx, devices, seen, &hidden, remote)?;
    for it in driftline_core::device::unread(tx)? {
        if it.entity == seen.entity && seen.view.members.contains(&it.id) {
            let why = excerpt(&it.reason);
            now.insert(
                0,
                format!(
                    "The remote holds something newer of this row that this program cannot read \
                     ({why}). It is kept and tried again when an updated program starts."
                ),
            );
        }
    }
    let deleted_at = seen.view.row.is_deleted().then(|| hidden::since(&seen.view)).flatten();
    Ok(Trail {
        entity: seen.entity.clone(),
        id: seen.view.id,
        label: seen.descriptor.and_then(|it| label(it, &seen.view)),
        members: seen.view.members.clone(),
        standing,
        shown: matches!(hidden, hidden::Hidden::No),
        deleted_at,
        hidden_by: match hidden {
            hidden::Hidden::ByOwner { entity, id, .. } => Some((entity.to_owned(), id)),
            _ => None,
        },
        now,
        remedies,
        steps: steps::steps(tx, devices, seen, remote)?,
        fields: fields::written(devices, seen),
        lost: seen.log.iter().map(|it| Lost::of(devices, it)).collect(),
        queue: seen.queue.clone(),
    })
}
