//! How a config file names this backend.

use std::sync::Arc;

use driftline_convex_client::{ADDRESS, Origin};
use driftline_core::{BackendPlugin, Error, OpenBackend, Result, Value, inventory};
use driftline_sealing::{KEY, wanted};

use crate::Convex;

inventory::submit! {
    BackendPlugin {
        name: "convex",
        doc: "Your own Convex deployment, in the cloud or on a server of yours",
        settings: &[
            ("url", ADDRESS),
            ("site_url", "the address of its web pages, if it is not the usual one"),
            (
                "sealed",
                "true seals values with a key that stays on your devices; then the dashboard shows none",
            ),
        ],
        sign_in: Some("url"),
        secrets: &[
            (KEY, "the words of the key that the rows are sealed with, as another device shows them"),
        ],
        set_up: Some(|it| Ok(Arc::new(open(it)?))),
        remote: Some(|it| Ok(Arc::new(open(it)?))),
        ..BackendPlugin::NONE
    }
}

fn open(open: &OpenBackend<'_>) -> Result<Convex> {
    let Some(Value::String(url)) = open.settings.get("url") else {
        return Err(Error::bad_value("[remote]", "url", ADDRESS));
    };
    let remote = Convex::new(Origin::of_deployment(url)?, open.env.clone(), open.tokens.clone())?;
    let wanted = wanted(open.settings)?;
    Ok(match &open.secrets {
        Some(secrets) => remote.sealed(wanted, open.schema, secrets.clone()),
        None => remote,
    })
}
