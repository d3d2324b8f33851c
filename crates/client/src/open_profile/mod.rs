//! A profile while an app is open over it: its rows, what imports and syncs beside them, and
//! what pages do with all that.

mod account;
mod exclusions;
mod places;

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::ErrorKind,
    path::PathBuf,
    sync::Arc,
};

use driftline_core::{Id, Replica, device, status::Status};
use driftline_reading::inbox::Outside;

pub use self::{exclusions::Exclusion, places::Place};
use crate::{
    Client, Device, Result,
    backup::{self, Copy},
    code::hub_code,
    config::{self, Entry},
    errand::{Errands, Visit},
    export::{self, Written},
    held::{self, Choice, HeldRow},
    import::{self, Agent},
    importer::{Asker, Importing},
    profile::Turn,
    purge::{self, Plan, Trash},
    seen::Seen,
    service::Service,
    worker::Worker,
};

/// A profile that is open. No call waits for the network: what takes long begins, and says
/// how far it is when it is asked.
pub struct OpenProfile {
    client: Client,
    replica: Arc<Replica>,
    importer: Asker,
    service: Option<Service>,
    outside: Seen<Outside>,
    agents: Seen<Vec<Agent>>,
    errands: Arc<Errands>,
}

impl Drop for OpenProfile {
    fn drop(&mut self) {
        self.errands.end();
    }
}

impl OpenProfile {
    /// Opens it over the rows of `device`, beside what imports and syncs them. `visit` hands
    /// a page for signing in to a browser.
    pub fn new(
        client: Client,
        device: &Device,
        importer: Asker,
        service: Option<Service>,
        visit: Box<Visit>,
    ) -> Self {
        let replica = device.replica.clone();
        let errands = Errands::new(client.clone(), replica.clone(), visit);
        Self {
            client,
            replica,
            importer,
            service,
            outside: Seen::default(),
            agents: Seen::default(),
            errands,
        }
    }

    /// Where this device stands with its remote.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be read.
    pub fn status(&self) -> Result<Status> {
        let config = self.client.config()?;
        let name = config.remote.as_ref().map(|it| it.name.as_str());
        let syncing = name.is_some() && Turn::is_taken(&self.client.profile)?;
        Ok(self.replica.read(|tx| driftline_core::status::read(tx, name, syncing))?)
    }

    /// Something that changes whenever [`Self::status`] may tell something else although
    /// nothing was stored, such as when a sync begins. It costs next to nothing. None if
    /// that cannot be told.
    pub fn pulse(&self) -> Option<u64> {
        let config = match self.client.config_file().metadata() {
            Ok(it) => Some((it.modified().ok()?, it.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(_) => return None,
        };
        let syncing = Turn::is_taken(&self.client.profile).ok()?;
        // What an import could not read is told in the inbox.
        let imported = self.importer.state().last_at;
        let mut pulse = DefaultHasher::new();
        (config, syncing, imported).hash(&mut pulse);
        Some(pulse.finish())
    }

    /// The config in force, key by key.
    ///
    /// # Errors
    /// When the config is wrong; it says where.
    pub fn settings(&self) -> Result<Vec<Entry>> {
        Ok(self.client.config()?.entries)
    }

    /// What waits for a decision because it likely holds a secret.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn held(&self) -> Result<Vec<HeldRow>> {
        held::list(&self.replica)
    }

    /// Does with such a row what its owner chose.
    ///
    /// # Errors
    /// As [`held::choose`].
    pub fn choose(&self, entity: &str, id: Id, choice: Choice) -> Result<()> {
        held::choose(&self.replica, entity, id, choice)?;
        self.sync_now();
        Ok(())
    }

    /// Purges what was `planned`: the rows at once, the remote and the files of the profile soon
    /// after. Returns how many rows there were.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub fn purge(&self, planned: &Plan) -> Result<u64> {
        self.purged(planned.mark(&self.replica)?)
    }

    /// The same with all of this.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub fn empty(&self, trash: &Trash) -> Result<u64> {
        self.purged(trash.mark(&self.replica)?)
    }

    fn purged(&self, rows: u64) -> Result<u64> {
        let (client, replica) = (self.client.clone(), self.replica.clone());
        Worker::start("purge", move || purge::if_due(&client, &replica))?;
        self.sync_now();
        Ok(rows)
    }

    /// Syncs now, whatever failed before.
    pub fn sync_now(&self) {
        if let Some(service) = &self.service {
            service.ask();
        }
    }

    /// Stops syncing until further notice, or goes on.
    ///
    /// # Errors
    /// When the config cannot be written.
    pub fn pause(&self, paused: bool) -> Result<()> {
        let pair = ("sync.paused".to_owned(), paused.to_string());
        config::set(self.client.profile.path(), &[pair])?;
        // The service reads the config a moment later; this ends what is under way.
        match &self.service {
            Some(service) if paused => service.pause(),
            Some(service) => service.resume(),
            None => (),
        }
        Ok(())
    }

    /// Whether it was stopped by [`Self::pause`].
    pub fn is_paused(&self) -> bool {
        self.client.config().is_ok_and(|it| it.paused)
    }

    /// A short form of what the remote holds of this person's rows, to compare with other
    /// devices by eye; none before the first sync.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn code(&self) -> Result<Option<String>> {
        let met = self.replica.read(|tx| device::link(tx))?.identity.is_some();
        Ok(if met { Some(hub_code(&self.replica)?) } else { None })
    }

    /// Writes every row into a new file of the profile.
    ///
    /// # Errors
    /// When the rows cannot be read, or the file cannot be written.
    pub fn export(&self) -> Result<Written> {
        export::all(&self.client, &self.replica)
    }

    /// The copies that there are of everything, newest first.
    pub fn backups(&self) -> Vec<Copy> {
        backup::list(self.client.profile.path())
    }

    /// Copies everything to a new file and returns its path.
    ///
    /// # Errors
    /// When there is no room for it, it cannot be written, or nothing here lasts.
    pub fn backup(&self) -> Result<PathBuf> {
        backup::ask(&self.client, &self.replica)
    }

    /// What the last import found, and whether one is under way.
    pub fn importing(&self) -> Importing {
        self.importer.state()
    }

    /// Begins an import, unless one is under way.
    pub fn import_now(&self) {
        self.importer.ask();
    }

    /// What this machine shows of its transcripts: which could not be read, and which their
    /// agents are about to delete.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn outside(&self) -> Result<Outside> {
        let (now, imported) = (self.client.env.monotonic(), self.importer.state().last_at);
        self.outside.or_look(now, imported, || Ok(import::outside(&self.replica)?))
    }

    /// Which agents have transcripts on this machine, and what of them is here; none where
    /// nothing is imported.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn agents(&self) -> Result<Vec<Agent>> {
        if self.importer.state().places.is_empty() {
            return Ok(Vec::new());
        }
        let (now, imported) = (self.client.env.monotonic(), self.importer.state().last_at);
        self.agents.or_look(now, imported, || import::survey(&self.replica))
    }
}
