//! How a config file names this backend.

use std::sync::Arc;

use driftline_convex_client::{ADDRESS, Origin};
use driftline_core::{Backend, BackendPlugin, Error, OpenBackend, Result, Value, inventory};

use crate::Convex;

inventory::submit! {
    BackendPlugin {
        name: "convex",
        doc: "Your own Convex deployment, in the cloud or on a server of yours",
        settings: &[
            ("url", ADDRESS),
            ("site_url", "the address of its web pages, if it is not the usual one"),
        ],
        sign_in: Some("url"),
        remote: Some(open),
        ..BackendPlugin::NONE
    }
}

fn open(open: &OpenBackend<'_>) -> Result<Arc<dyn Backend>> {
    let Some(Value::String(url)) = open.settings.get("url") else {
        return Err(Error::bad_value("[remote]", "url", ADDRESS));
    };
    Ok(Arc::new(Convex::new(Origin::of_deployment(url)?, open.env.clone(), open.tokens.clone())?))
}
