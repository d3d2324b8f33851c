//! The folder keeps every promise of the engine, whatever its devices do and suffer.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{fs, sync::Arc};

use driftline::core::{Backend, Result, Schema, Simulated};
use driftline_convergence::{MakeRemote, Remote, Suite, run, scratch};
use driftline_entities as _;
use driftline_memory as _;
use folder_backend::FolderHub;
use tempfile::TempDir;

struct Place {
    person: String,
    schema: Arc<Schema>,
    env: Arc<Simulated>,
    saved: Option<TempDir>,
    hub: FolderHub,
    folder: TempDir,
}

impl Place {
    fn move_to(&mut self, folder: TempDir) -> Result<()> {
        self.hub = FolderHub::open(folder.path(), &self.person, &self.schema, &*self.env)?;
        self.folder = folder;
        Ok(())
    }
}

fn copy(folder: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

impl Remote for Place {
    fn backend(&self) -> &dyn Backend {
        &self.hub
    }

    fn wipe(&mut self) -> Result<()> {
        self.move_to(tempfile::tempdir().unwrap())
    }

    fn save(&mut self) -> Result<()> {
        self.saved = Some(copy(&self.folder));
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        let Some(saved) = self.saved.as_ref().map(copy) else { return Ok(false) };
        self.move_to(saved).map(|()| true)
    }
}

#[test]
fn a_folder_keeps_every_promise() {
    let make: MakeRemote = Box::new(|open| {
        let (folder, schema, env) =
            (tempfile::tempdir().unwrap(), open.schema.clone(), open.env.clone());
        let hub = FolderHub::open(folder.path(), open.person, &schema, &*env)?;
        Ok(Box::new(Place {
            person: open.person.to_owned(),
            schema,
            env,
            saved: None,
            hub,
            folder,
        }))
    });
    let suite = Suite::with_remote(Schema::registered().unwrap(), scratch("memory").unwrap(), make)
        .unwrap();
    let outcome = run(&suite, 50, 100, 1, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{failure}");
}
