//! Why a row is as it is, and where: from its birth to the remote, so that nobody has to
//! guess why another device does not show it. Commands and pages print the same words.

mod fields;
mod hidden;
mod seen;
mod steps;
mod words;

use driftline_core::{
    Id, Millis, Replica, excerpt,
    store::{Queued, ReadTx},
};

use self::seen::Seen;
pub use self::{
    fields::{By, Lost, Written},
    seen::Standing,
    steps::Step,
    words::Remedy,
};
use crate::{Error, Result, devices::Devices, label::label};

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
