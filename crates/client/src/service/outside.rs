//! What happens around a service and may be a reason to sync: the network comes back,
//! the machine wakes up, another program writes rows, signs in or edits the config. No
//! system says all of this, so it is looked at once a second; a look sends nothing and
//! takes microseconds.

use std::{fs, path::Path, sync::Arc, time::SystemTime};

use driftline_core::{Millis, Replica, Result, device, service::Event, store::Standing};
use tokio::sync::mpsc::WeakUnboundedSender;

use super::network::Network;
use crate::Client;

const LOOK: Millis = 1_000;
/// Time that a clock of the wall is ahead of one that stands still while a machine sleeps.
const SLEPT: Millis = 30_000;
/// Entries of the journal read at once.
const PAGE: usize = 1_000;

/// What was last seen around a service.
pub(super) struct Outside {
    client: Client,
    replica: Arc<Replica>,
    /// Does not keep the service running.
    events: WeakUnboundedSender<Event>,
    network: Network,
    /// What the wall clock showed beyond the steady one.
    ahead: u64,
    version: Option<u64>,
    /// The last revision of the journal that was seen, and how many rows waited.
    seen: (u64, u64),
    sign_in: Vec<Trace>,
    /// Whether the first merge with the remote is behind, which another program makes.
    is_merged: bool,
    config: Option<Vec<u8>>,
}

/// A file, and when it was written.
type Trace = (std::ffi::OsString, u64, Option<SystemTime>);

impl Outside {
    pub(super) fn new(
        client: Client,
        replica: Arc<Replica>,
        events: WeakUnboundedSender<Event>,
    ) -> Self {
        let (network, version, seen) = (Network::now(), None, (0, 0));
        let sign_in = files(&driftline_auth::folder(client.profile.path()));
        let config = fs::read(client.config_file()).ok();
        let mut new = Self {
            client,
            replica,
            events,
            network,
            ahead: 0,
            version,
            seen,
            sign_in,
            is_merged: false,
            config,
        };
        new.is_merged = new.is_merged().unwrap_or(false);
        new.ahead = new.wall_ahead();
        // What waits at the start is sent by the first sync anyway.
        let _looked_at_again = new.has_written();
        new
    }

    /// Tells of reasons to sync, if there is anybody to sync with, until the config is not
    /// what it was.
    pub(super) async fn config_changed(&mut self, has_remote: bool) {
        loop {
            self.replica.env().sleep(LOOK).await;
            let events = if has_remote { self.look() } else { Vec::new() };
            for event in events {
                if let Some(events) = self.events.upgrade() {
                    let _it_has_ended = events.send(event);
                }
            }
            let config = fs::read(self.client.config_file()).ok();
            if config != self.config {
                self.config = config;
                return;
            }
        }
    }

    fn look(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let (network, ahead) = (Network::now(), self.wall_ahead());
        let is_new = network != self.network && network.is_up();
        if is_new || ahead > self.ahead.saturating_add(SLEPT) {
            events.push(Event::Online);
        }
        (self.network, self.ahead) = (network, ahead);
        // A database that cannot be read now is told of by the next sync.
        if self.has_written().unwrap_or(false) {
            events.push(Event::Changed);
        }
        let sign_in = files(&driftline_auth::folder(self.client.profile.path()));
        let is_merged = self.is_merged().unwrap_or(self.is_merged);
        if sign_in != self.sign_in || is_merged != self.is_merged {
            (self.sign_in, self.is_merged) = (sign_in, is_merged);
            events.push(Event::Unblocked);
        }
        events
    }

    /// Whether rows wait that did not wait before, whoever wrote them: some of those that
    /// changed since wait, or more do, such as those that were parked. What waited already
    /// has its turn anyway.
    fn has_written(&mut self) -> Result<bool> {
        let replica = &self.replica;
        let version = Some(replica.version()?);
        if version == self.version {
            return Ok(false);
        }
        let (revision, waiting) = self.seen;
        let (seen, has_written) = replica.read(|tx| {
            let (last, now) = (tx.journal()?.last, tx.queue_counts()?.waiting);
            let mut has_written = now > waiting || !tx.journal()?.reaches(revision);
            let mut after = revision;
            while !has_written {
                let noted = tx.changed_since(after, PAGE)?;
                let Some(newest) = noted.last() else { break };
                after = newest.revision;
                for row in &noted {
                    let entry = tx.queued(&row.entity, row.id)?;
                    has_written |= entry.is_some_and(|it| it.standing == Standing::Waiting);
                }
            }
            Ok(((last, now), has_written && now > 0))
        })?;
        (self.version, self.seen) = (version, seen);
        Ok(has_written)
    }

    fn is_merged(&self) -> Result<bool> {
        Ok(self.replica.read(|tx| device::position(tx))?.identity.is_some())
    }

    fn wall_ahead(&self) -> u64 {
        let env = self.replica.env();
        env.wall().saturating_sub(env.monotonic())
    }
}

/// The files in a folder, so that a change of any is seen.
fn files(folder: &Path) -> Vec<Trace> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let trace = |entry: fs::DirEntry| {
        let about = entry.metadata().ok()?;
        Some((entry.file_name(), about.len(), about.modified().ok()))
    };
    let mut all: Vec<Trace> = entries.filter_map(|it| trace(it.ok()?)).collect();
    all.sort();
    all
}
