//! What the pages ask of this program.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use driftline_auth::ProviderPlugin;
use driftline_core::{Millis, Replica, Value, device, status::Status};
use driftline_reading::{Shell, inbox::Outside};
use driftline_web::{
    Account, Backup, Errand, Error, Exclusion, Host, Importing, Place, Result, Setting,
    account::Who,
};
use serde::de::DeserializeOwned;
use url::Url;

use super::{demo::Demo, errand::Errands, export, importer::Asker};
use crate::{
    account::exclude,
    backup,
    code::hub_code,
    config,
    context::{Device, Setup},
    env,
    error::Failed,
    import,
    profile::Turn,
    service::Service,
};

/// This program, as the pages know it.
pub(super) struct AppHost {
    setup: Setup,
    replica: Arc<Replica>,
    importer: Asker,
    service: Service,
    outside: Mutex<Option<(Millis, Outside)>>,
    demo: Mutex<Option<Demo>>,
    errands: Arc<Errands>,
}

impl Drop for AppHost {
    fn drop(&mut self) {
        self.errands.stop();
    }
}

/// How long what was seen of the transcripts on the disk is good for: looking walks
/// through all of them.
const SEEN: Millis = 30_000;

impl AppHost {
    pub(super) fn new(setup: Setup, device: &Device, importer: Asker, service: Service) -> Self {
        let errands = Errands::new(setup.clone());
        Self {
            setup,
            replica: device.replica.clone(),
            importer,
            service,
            outside: Mutex::default(),
            demo: Mutex::default(),
            errands,
        }
    }
}

impl Host for AppHost {
    fn status(&self) -> Result<Status> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let name = config.remote.as_ref().map(|it| it.name.as_str());
        let syncing =
            name.is_some() && Turn::is_taken(&self.setup.profile).map_err(|it| told(&it))?;
        Ok(self.replica.read(|tx| driftline_core::status::read(tx, name, syncing))?)
    }

    fn pulse(&self) -> Option<u64> {
        let config = match self.setup.config_file().metadata() {
            Ok(it) => Some((it.modified().ok()?, it.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(_) => return None,
        };
        let syncing = Turn::is_taken(&self.setup.profile).ok()?;
        // What an import could not read is told in the inbox.
        let imported = self.importer.state().last_at;
        let mut pulse = DefaultHasher::new();
        (config, syncing, imported).hash(&mut pulse);
        Some(pulse.finish())
    }

    fn call(&self, command: &str) -> String {
        self.setup.call(command)
    }

    fn person(&self) -> Option<String> {
        env::person()
    }

    fn shell(&self) -> Shell {
        env::shell()
    }

    fn settings(&self) -> Result<Vec<Setting>> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let setting =
            |it: config::Entry| Setting { key: it.key, value: it.value, origin: it.origin };
        Ok(config.entries.into_iter().map(setting).collect())
    }

    fn exclusions(&self) -> Result<Vec<Exclusion>> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let kept = exclude::kept(&self.replica).map_err(|it| told(&it))?;
        let exclusion = |what: String| {
            let rule = exclude::rule(self.setup.schema, &what);
            Exclusion { kept: kept.get(&rule).copied().unwrap_or_default(), what }
        };
        Ok(config.exclude.into_iter().map(exclusion).collect())
    }

    fn exclude(&self, what: &str, excluded: bool) -> Result<()> {
        let schema = self.setup.schema;
        if excluded && exclude::parse(schema, &[what.to_owned()]).is_none() {
            return Err(Error::Bad(format!("`{what}` means nothing here; write {}", exclude::ONE)));
        }
        let name = if excluded { exclude::named(schema, what) } else { Ok(what.to_owned()) };
        let turn = |it: String| exclude::turn(&self.setup, &self.replica, &it, excluded);
        name.and_then(turn).map_err(|it| match it.downcast_ref::<Failed>() {
            Some(failed) => Error::Bad(failed.to_string()),
            None => told(&it),
        })?;
        self.service.ask();
        Ok(())
    }

    fn sync_now(&self) {
        self.service.ask();
    }

    fn pause(&self, paused: bool) -> Result<()> {
        let pair = ("sync.paused".to_owned(), paused.to_string());
        config::set(self.setup.profile.path(), &[pair]).map_err(|it| told(&it))?;
        // The service reads the config a moment later; this ends what is under way.
        if paused {
            self.service.pause();
        } else {
            self.service.resume();
        }
        Ok(())
    }

    fn is_paused(&self) -> bool {
        self.setup.config().is_ok_and(|it| it.paused)
    }

    fn code(&self) -> Result<Option<String>> {
        let met = self.replica.read(device::link)?.identity.is_some();
        Ok(if met { Some(hub_code(&self.replica)?) } else { None })
    }

    fn places(&self) -> Vec<Place> {
        let folder = self.setup.profile.path();
        let mut all = vec![
            Place { what: "Profile".into(), path: folder.to_owned(), bytes: None },
            place("Config", self.setup.config_file()),
        ];
        all[0].bytes = Some(weight(folder));
        all.extend(export::made(folder).into_iter().map(|it| place("Export", it)));
        all
    }

    fn export(&self) -> Result<PathBuf> {
        export::all(&self.setup, &self.replica).map_err(|it| told(&it))
    }

    fn backups(&self) -> Vec<Backup> {
        let copy = |it: backup::Copy| Backup { path: it.path, bytes: it.bytes, at: it.at };
        backup::list(self.setup.profile.path()).into_iter().map(copy).collect()
    }

    fn backup(&self) -> Result<PathBuf> {
        backup::make(&self.setup, &self.replica, backup::ASKED)
            .and_then(|it| it.ok_or_else(backup::nothing_lasts))
            .map_err(|it| told(&it))
    }

    fn account(&self) -> Result<Account> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let url = config.remote.as_ref().and_then(|it| it.settings.get("url")?.as_str());
        let Some(remote) = url.and_then(|it| Url::parse(it).ok()?.host_str().map(str::to_owned))
        else {
            return Ok(Account::default());
        };
        let providers = ProviderPlugin::registered().into_values();
        let providers = providers.map(|it| (it.name.to_owned(), it.title.to_owned())).collect();
        // Asked for first, so that what is under way is known below.
        let who = self.errands.account().map(|it| it.and_then(read));
        let done = self.errands.done().map(|(errand, came)| (errand, came.and_then(read)));
        let (running, page) = (self.errands.under_way().0, self.errands.page());
        Ok(Account { remote: Some(remote), providers, running, page, done, who })
    }

    fn picture(&self) -> Option<(String, Vec<u8>)> {
        let who: Who = self.errands.account()?.and_then(read).ok()?;
        let path = who.picture?;
        let ending = path.extension()?.to_str()?;
        let media = if ending == "jpg" { "jpeg" } else { ending };
        Some((format!("image/{media}"), fs::read(&path).ok()?))
    }

    fn begin(&self, errand: Errand) {
        self.errands.start(errand);
    }

    fn stop(&self) {
        self.errands.stop();
    }

    fn errand(&self) -> (Option<Errand>, u64) {
        self.errands.under_way()
    }

    fn demo(&self) -> Result<String> {
        let mut kept = self.demo.lock().unwrap_or_else(PoisonError::into_inner);
        let demo = match kept.take() {
            Some(demo) => demo,
            None => Demo::start(&self.setup).map_err(|it| told(&it))?,
        };
        Ok(kept.insert(demo).link())
    }

    fn importing(&self) -> Importing {
        self.importer.state()
    }

    fn outside(&self) -> Result<Outside> {
        let now = self.setup.env.monotonic();
        let mut kept = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, seen)) = &*kept
            && now.saturating_sub(*at) < SEEN
        {
            return Ok(seen.clone());
        }
        let seen = import::outside(&self.replica)?;
        *kept = Some((now, seen.clone()));
        Ok(seen)
    }

    fn import_now(&self) {
        self.importer.ask();
    }
}

fn place(what: &str, path: PathBuf) -> Place {
    let bytes = path.metadata().ok().map(|it| it.len());
    Place { what: what.into(), path, bytes }
}

/// How much the files in a folder and those below it weigh.
fn weight(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let weigh = |entry: fs::DirEntry| match entry.metadata() {
        Ok(it) if it.is_dir() => weight(&entry.path()),
        Ok(it) => it.len(),
        Err(_) => 0,
    };
    entries.flatten().map(weigh).sum()
}

/// What this program has told of itself, read back.
fn read<T: DeserializeOwned>(value: Value) -> std::result::Result<T, String> {
    serde_json::from_value(value).map_err(|error| format!("the answer cannot be read: {error}"))
}

fn told(error: &anyhow::Error) -> Error {
    Error::Host(format!("{error:#}"))
}
