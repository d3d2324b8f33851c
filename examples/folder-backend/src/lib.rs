//! A hub in a folder of files: a backend as somebody outside this repository writes it.
//!
//! The folder holds every call that changed something, one file each, numbered from 1.
//! [`Hub`] turns calls into answers, and it does so by the calls before alone: whoever reads
//! the same files in the same order has the same hub. So a file that was written never
//! changes, and its name gives the order. A lock lets one call in at a time.
//!
//! This is no way to keep a million rows: every opening reads every file.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use driftline::core::{
    Answers, Backend, Env, Error, Hub, Limits, Page, Pull, Push, Result, Schema, Simulated,
};
use driftline_memory::MemoryStore;
use futures_util::FutureExt;

/// A hub in a folder.
pub struct FolderHub {
    folder: PathBuf,
    person: String,
    schema: Schema,
    /// The hub, and how many files it has read; none after a failure, so that it reads them
    /// again.
    hub: Mutex<Option<(Arc<Hub>, u64)>>,
}

impl FolderHub {
    /// Opens `folder`, and makes it if it is missing, for the rows of `person`. `env` draws its name the first time.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(folder: &Path, person: &str, schema: &Schema, env: &dyn Env) -> Result<Self> {
        let this = Self {
            folder: folder.to_owned(),
            person: person.to_owned(),
            schema: schema.clone(),
            hub: Mutex::new(None),
        };
        fs::create_dir_all(folder).map_err(|it| this.away(it))?;
        let _turn = this.lock()?;
        if !this.file(0).exists() {
            // The names of account and epoch follow from it, for everybody who opens it.
            this.store(0, &env.random().to_string())?;
        }
        Ok(this)
    }

    /// Waits for this caller's turn and answers with what `job` makes of the hub as it is now,
    /// after so many files. `job` returns how many there are then.
    fn call<T>(&self, job: impl FnOnce(&Hub, u64) -> Result<(T, u64)>) -> Result<T> {
        let _turn = self.lock()?;
        let mut kept = self.hub.lock().unwrap_or_else(PoisonError::into_inner);
        let (hub, mut read) = match kept.take() {
            Some(it) => it,
            None => (Arc::new(self.begin()?), 0),
        };
        while self.file(read + 1).exists() {
            read += 1;
            let push =
                serde_json::from_str(&self.load(read)?).map_err(|it| self.away(it.into()))?;
            now(hub.push(push))?;
        }
        let (done, read) = job(&hub, read)?;
        *kept = Some((hub, read));
        Ok(done)
    }

    /// The hub before the first call.
    fn begin(&self) -> Result<Hub> {
        let seed = self.load(0)?.parse().map_err(|it| self.away(io::Error::other(it)))?;
        let store = MemoryStore::new(&self.schema);
        Hub::open(Arc::new(store), &self.name(), &Simulated::new(seed, 0))
    }

    fn lock(&self) -> Result<File> {
        let file = File::create(self.folder.join("lock")).map_err(|it| self.away(it))?;
        file.lock().map_err(|it| self.away(it))?;
        Ok(file)
    }

    fn file(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.json"))
    }

    fn load(&self, number: u64) -> Result<String> {
        fs::read_to_string(self.file(number)).map_err(|it| self.away(it))
    }

    /// Under its name there is the whole file or none, whenever the machine stops.
    fn store(&self, number: u64, text: &str) -> Result<()> {
        let draft = self.folder.join("draft");
        let write = || {
            fs::write(&draft, text)?;
            File::open(&draft)?.sync_all()?;
            fs::rename(&draft, self.file(number))
        };
        write().map_err(|it| self.away(it))
    }

    fn away(&self, error: io::Error) -> Error {
        Error::Unavailable { remote: self.name(), retry_after: None, source: Some(Box::new(error)) }
    }
}

/// What a hub in memory answers: it never waits.
fn now<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    answer.now_or_never().unwrap_or_else(|| {
        let (what, found) = ("the hub".into(), "it waits for something".into());
        Err(Error::Damaged { what, found })
    })
}

#[async_trait]
impl Backend for FolderHub {
    fn name(&self) -> String {
        self.person.clone()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.call(|hub, read| Ok((now(hub.pull(request))?, read)))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let text = serde_json::to_string(&request).map_err(|it| self.away(it.into()))?;
        self.call(|hub, read| {
            let answers = now(hub.push(request))?;
            self.store(read + 1, &text)?;
            Ok((answers, read + 1))
        })
    }
}
