//! Profiles side by side in one folder, and somebody who sits in front of operations.

use std::{
    fs,
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use driftline_client::{
    Ask, Client, Device, OpenProfile, Overrides, Question, Result, Step, config, import,
    importer::Asker, profile::Profile, runtime, sync,
};
use driftline_core::{Digests, Id, SyncReport, Value, Values, status::Status, store::Find};
use driftline_testing::{Clock, Home, START};

/// A folder with a home, and profiles beside it.
pub(crate) struct World(Home);

impl Deref for World {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.0
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self(Home::new())
    }

    /// A profile that is not opened yet. Each has dice of its own.
    pub(crate) fn client(&self, name: &str) -> Client {
        self.client_with(name, &[])
    }

    /// One for which `pairs` stand over its config.
    pub(crate) fn client_with(&self, name: &str, pairs: &[&str]) -> Client {
        let over = Overrides {
            origin: "this test".into(),
            pairs: pairs.iter().map(|it| (*it).to_owned()).collect(),
        };
        let seed = name.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte));
        let clock = Arc::new(Clock::set(seed, START));
        Client::new(Profile::at(self.path(name)), clock, over).unwrap()
    }

    pub(crate) fn open(&self, name: &str) -> Side {
        Side::of(self.client(name))
    }

    /// A profile that syncs with the shared file.
    pub(crate) fn shared(&self, name: &str) -> Side {
        self.set(name, &[("remote.backend", "sqlite"), ("remote.path", &self.text("shared.db"))]);
        self.open(name)
    }

    /// Writes keys into the config of a profile.
    pub(crate) fn set(&self, name: &str, pairs: &[(&str, &str)]) {
        let client = self.client(name);
        client.profile.create().unwrap();
        let pairs: Vec<_> =
            pairs.iter().map(|(key, it)| ((*key).to_owned(), (*it).to_owned())).collect();
        config::set(client.profile.path(), &pairs).unwrap();
    }

    /// The config of a profile, as it is to be read.
    pub(crate) fn write_config(&self, name: &str, text: &str) -> PathBuf {
        self.client(name).profile.create().unwrap();
        let file = self.path(name).join(config::FILE);
        fs::write(&file, text).unwrap();
        file
    }

    /// A path in the folder, as it is typed.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// A profile that is open.
pub(crate) struct Side {
    pub(crate) client: Client,
    pub(crate) device: Device,
}

impl Side {
    pub(crate) fn of(client: Client) -> Self {
        let device = client.device().unwrap();
        Self { client, device }
    }

    /// What pages do with it, beside nothing that imports or syncs.
    pub(crate) fn app(&self) -> OpenProfile {
        let visit = Box::new(|_: &_| None);
        OpenProfile::new(self.client.clone(), &self.device, Asker::idle(), None, visit)
    }

    pub(crate) fn try_sync(&self) -> Result<SyncReport> {
        runtime().unwrap().block_on(sync::once(&self.client, &self.device, &Listener::new()))
    }

    pub(crate) fn sync(&self) -> SyncReport {
        self.try_sync().unwrap()
    }

    pub(crate) fn status(&self) -> Status {
        self.client.status(&self.device).unwrap()
    }

    pub(crate) fn digest(&self) -> Digests {
        self.device.replica.digest().unwrap()
    }

    pub(crate) fn import(&self, world: &World) -> import::Report {
        import::run(
            &self.device.replica,
            import::Wanted {
                from: Some(&world.path("home")),
                secrets: self.device.config.secrets,
                ..import::Wanted::default()
            },
            &mut |_| (),
        )
        .unwrap()
    }

    pub(crate) fn add(&self, entity: &str, values: &[(&str, &str)]) -> Id {
        self.device.replica.create_values(entity, &self::values(values)).unwrap()
    }

    pub(crate) fn edit(&self, entity: &str, id: Id, field: &str, value: impl Into<Value>) {
        let values = Values::from_iter([(field.to_owned(), value.into())]);
        self.device.replica.update_values(entity, id, &values).unwrap();
    }

    pub(crate) fn value(&self, entity: &str, id: Id, field: &str) -> Value {
        let row = self.device.replica.get_values(entity, id).unwrap().unwrap();
        row.value(field).cloned().unwrap_or(Value::Null)
    }

    /// The values of a field in all rows, in the order of the values.
    pub(crate) fn all(&self, entity: &str, field: &str) -> Vec<Value> {
        let rows = self.device.replica.list_values(entity, &Find::new()).unwrap();
        let mut all: Vec<_> =
            rows.iter().map(|it| it.value(field).cloned().unwrap_or(Value::Null)).collect();
        all.sort_by_key(Value::to_string);
        all
    }

    pub(crate) fn count(&self, entity: &str) -> u64 {
        self.device.replica.count(entity, &Find::new()).unwrap()
    }

    /// The id of the only row that there is.
    pub(crate) fn only(&self, entity: &str) -> Id {
        let rows = self.device.replica.list_values(entity, &Find::new()).unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].id
    }

    /// What the store keeps under a name, beside the rows.
    pub(crate) fn meta(&self, name: &str) -> Option<String> {
        self.device.replica.read(|tx| tx.meta(name)).unwrap()
    }
}

pub(crate) fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(field, text)| ((*field).to_owned(), (*text).into())).collect()
}

/// Somebody who hears every step, and answers what they are asked as they were told to.
pub(crate) struct Listener {
    pub(crate) agrees: bool,
    pub(crate) heard: Mutex<Vec<String>>,
}

impl Listener {
    pub(crate) fn new() -> Self {
        Self { agrees: false, heard: Mutex::default() }
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn hear(&self, what: impl Into<String>) {
        self.heard.lock().unwrap().push(what.into());
    }
}

impl Ask for Listener {
    fn told(&self, step: Step<'_>) -> Result<()> {
        match step {
            Step::Waiting => self.hear("waiting"),
            Step::SignedIn { who, .. } => self.hear(format!("signed in: {who}")),
            Step::Reviewed(_) => self.hear("reviewed"),
            Step::Copied(_) => self.hear("copied"),
            _ => (),
        }
        Ok(())
    }

    fn agrees(&self, question: Question<'_>) -> Result<bool> {
        match question {
            Question::Merge { who } => self.hear(format!("merge with {who}?")),
            Question::IsYours { who } => self.hear(format!("is {who} yours?")),
            _ => (),
        }
        Ok(self.agrees)
    }
}
