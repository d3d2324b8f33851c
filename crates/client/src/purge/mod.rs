//! Purging: a row is gone for good, on every device, and so is what was worked out or copied from
//! it. What goes is said and asked for before; what is out of reach is said after.

mod sweep;
mod trash;

use driftline_conversation::copies::{self, Sharing};
use driftline_core::{
    Error as CoreError, Id, Refusal, Replica, SyncReport, Value,
    device::{self, OwnedRows},
    view,
};
use serde::Serialize;

pub(crate) use self::sweep::{after_each, if_due};
pub use driftline_core::device::Discarded;

pub use self::{
    sweep::Swept,
    trash::{DAYS, Trash, trash},
};
use crate::{Ask, Client, Device, Question, Result, Step, causes, sync, turn};

/// What no program can purge, whatever the remote is.
const ELSEWHERE: [&str; 2] = [
    "files in which agents keep transcripts of their own; delete them there",
    "devices that have not synced since; they purge it when they do",
];

/// What a purge would take with it.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The entity.
    pub entity: &'static str,
    /// The row.
    pub id: Id,
    /// What people call it, if anything.
    pub name: Option<String>,
    /// The rows that belong to it, by entity.
    pub owned: Vec<OwnedRows>,
    /// Copies of it in other sessions. They go, too.
    pub copies: Vec<Id>,
    /// Other sessions that have copies of messages that go. These copies stay.
    pub shared: Vec<Shared>,
}

/// A session that has copies of messages that go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// The session.
    pub session: Id,
    /// What people call it; empty if nothing.
    pub name: String,
    /// How many of the messages it has.
    pub messages: u64,
}

impl From<Sharing> for Shared {
    fn from(it: Sharing) -> Self {
        let Sharing { session, name, messages } = it;
        Self { session, name, messages }
    }
}

/// What was purged.
#[derive(Clone, Debug, Serialize)]
pub struct Purged<P> {
    /// What was planned.
    #[serde(flatten)]
    pub plan: P,
    /// How many rows are gone.
    pub rows: u64,
    /// Whether the remote has taken that; none if there is no remote.
    pub synced: Option<bool>,
    /// Why it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_synced: Option<String>,
    /// What became of the files of this profile.
    #[serde(flatten)]
    pub swept: Swept,
    /// What is out of reach and may still hold it.
    pub unreached: Vec<String>,
}

/// What purging the row `id` would take with it. Nothing is changed.
///
/// # Errors
/// When there is no such row, it was purged before, or the rows cannot be read.
pub fn plan(replica: &Replica, entity: &str, id: Id) -> Result<Plan> {
    let entity = replica.schema().entity(entity)?;
    let plan = replica.read(|tx| {
        let found = view::view(tx, entity, id)?;
        let not_found = || CoreError::NotFound { entity: entity.name.into(), id };
        let row = found.ok_or_else(not_found)?;
        if row.row.is_purged() {
            let (entity, why) = (entity.name.into(), Refusal::Purged);
            return Err(CoreError::Refused { entity, id, why });
        }
        let text = |field: &&str| row.value(field).and_then(Value::as_str).map(str::to_owned);
        let names = ["name", "title", "text", "path"];
        let name = names.iter().find_map(text).filter(|it| !it.is_empty());
        let owned = device::owned(tx, entity, &[id])?;
        let copies = copies::copies(tx, entity.name, id)?;
        let shared = copies::sharing(tx, entity.name, id)?;
        let shared = shared.into_iter().map(Shared::from).collect();
        Ok(Plan { entity: entity.name, id: row.id, name, owned, copies, shared })
    })?;
    Ok(plan)
}

impl Plan {
    /// Marks the rows. Returns how many there were.
    pub(crate) fn mark(&self, replica: &Replica) -> Result<u64> {
        let mut rows = replica.purge(self.entity, self.id)?;
        for copy in &self.copies {
            rows += replica.purge(self.entity, *copy)?;
        }
        Ok(rows)
    }

    /// Purges it, if somebody agrees or has `agreed`: marks the rows, syncs if there is a remote,
    /// and sweeps the files of this profile. None if nobody agrees.
    ///
    /// # Errors
    /// When the rows cannot be written. What was marked by then stays purged.
    pub async fn carry_out(
        self,
        client: &Client,
        device: &Device,
        agreed: bool,
        ask: &dyn Ask,
    ) -> Result<Option<Purged<Self>>> {
        if !agreed && !ask.agrees(Question::Purge(&self))? {
            return Ok(None);
        }
        let rows = self.mark(&device.replica)?;
        spread(self, rows, client, device, ask).await.map(Some)
    }
}

/// Lets the remote and the files of the profile know of `rows` that were purged.
async fn spread<P>(
    plan: P,
    rows: u64,
    client: &Client,
    device: &Device,
    ask: &dyn Ask,
) -> Result<Purged<P>> {
    let replica = &device.replica;
    ask.told(Step::Purged { rows })?;
    let mut unreached: Vec<String> = ELSEWHERE.map(str::to_owned).into();
    let (mut synced, mut not_synced) = (None, None);
    if let Some(remote) = device.remote() {
        unreached.push(format!("backups that {remote} makes of its own accord, if it does"));
        match exchange(client, device, ask).await {
            Ok(report) => {
                unreached.extend(report.unreached);
                let waits = replica.sweep_due()?.there.is_some();
                synced = Some(!waits);
            }
            Err(error) => {
                synced = Some(false);
                not_synced = Some(causes(&error).join(": "));
            }
        }
    }
    let swept = sweep::now(client, replica)?;
    unreached.extend(swept.failed.iter().map(|it| format!("{}: {}", it.path, it.reason)));
    Ok(Purged { plan, rows, synced, not_synced, swept, unreached })
}

/// One sync, once it is this process's turn.
async fn exchange(client: &Client, device: &Device, ask: &dyn Ask) -> Result<SyncReport> {
    let _turn = turn::take(client, ask).await?;
    sync::exchange(client, device, ask).await
}
