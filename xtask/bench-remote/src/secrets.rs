//! Keys in files: a part goes on with those of another.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use driftline_core::{Error, ExposeSecret as _, Result, SecretString, Secrets};

/// A folder with a file for each.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn secrets(folder: &Path) -> Arc<dyn Secrets> {
        Arc::new(Self(folder.to_owned()))
    }
}

#[async_trait]
impl Secrets for Files {
    async fn load(&self, _: &str, name: &str) -> Result<Option<SecretString>> {
        match fs::read_to_string(self.0.join(name)) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn save(&self, _: &str, name: &str, secret: &SecretString) -> Result<()> {
        fs::write(self.0.join(name), secret.expose_secret()).map_err(failed)
    }

    async fn remove(&self, _: &str, name: &str) -> Result<()> {
        fs::remove_file(self.0.join(name)).map_err(failed)
    }
}

fn failed(error: io::Error) -> Error {
    let what = "a file of the bench cannot be used".into();
    Error::Store { what, help: "look at the disk".into(), source: Some(Box::new(error)) }
}
