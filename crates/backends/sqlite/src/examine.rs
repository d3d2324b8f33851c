//! Looking a file over that serves as the remote. Opening it would make one where none is.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use driftline_core::{Env, Error, Examine, Examined, Hub, OpenBackend, Result, Schema};

use crate::{SqliteStore, plugin::remote_path};

/// A file that serves as the remote.
struct File {
    path: PathBuf,
    schema: &'static Schema,
    env: Arc<dyn Env>,
}

/// Opens nothing yet.
pub(crate) fn open(open: &OpenBackend<'_>) -> Result<Arc<dyn Examine>> {
    let (path, env) = (remote_path(open)?, open.env.clone());
    Ok(Arc::new(File { path, schema: open.schema, env }))
}

impl File {
    fn hub(&self) -> Result<Hub> {
        if !self.path.exists() {
            return Err(Error::Store {
                what: format!("there is no file {}", self.path.display()),
                help:
                    "is the drive mounted, and the path right? If it was removed on purpose, the \
                       next sync makes it anew, and each device fills it again"
                        .into(),
                source: None,
            });
        }
        let store = Arc::new(SqliteStore::open_hub(&self.path, self.schema)?);
        let person = store.person();
        Hub::open(store, &person, &*self.env)
    }
}

#[async_trait]
impl Examine for File {
    async fn examine(&self) -> Examined {
        match self.hub() {
            Ok(hub) => Examined::of(&hub, &*self.env).await,
            Err(error) => {
                let mut all = Examined::default();
                all.add("remote", Err::<(), _>(error), |()| String::new());
                all
            }
        }
    }
}
