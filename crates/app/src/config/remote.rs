//! Which backends can be the remote side.

use std::sync::Arc;

use driftline_core::{Backend, BackendPlugin, Hub, Open, OpenBackend, Result};

/// How `plugin` opens the remote side, if it can.
pub(crate) fn of(plugin: &BackendPlugin) -> Option<Open<dyn Backend>> {
    // A SQLite file is a store, and every store can be a hub.
    let file: Open<dyn Backend> = shared_file;
    plugin.remote.or((plugin.name == "sqlite").then_some(file))
}

fn shared_file(open: &OpenBackend<'_>) -> Result<Arc<dyn Backend>> {
    let store = driftline_sqlite::open_remote(open)?;
    let person = driftline_sqlite::person(&store);
    Ok(Arc::new(Hub::open(store, &person, &*open.env)?))
}
