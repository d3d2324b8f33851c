//! How a config file names this backend.

use std::sync::Arc;

use driftline_core::{BackendPlugin, Error, OpenBackend, Result, Value, inventory};
use driftline_sealing::{KEY, wanted};

use crate::{Address, Postgres, address::ADDRESS, session::PASSWORD};

inventory::submit! {
    BackendPlugin {
        name: "postgres",
        doc: "Your own PostgreSQL database, on this machine or another",
        settings: &[
            ("url", ADDRESS),
            (
                "sealed",
                "true seals rows with a key that stays on your devices; then SQL shows none of them",
            ),
        ],
        secrets: &[
            (PASSWORD, "the password of the role that the address names"),
            (KEY, "the words of the key that the rows are sealed with, as another device shows them"),
        ],
        set_up: Some(|it| Ok(Arc::new(open(it)?))),
        examine: Some(|it| Ok(Arc::new(open(it)?))),
        remote: Some(|it| Ok(Arc::new(open(it)?))),
        ..BackendPlugin::NONE
    }
}

fn open(open: &OpenBackend<'_>) -> Result<Postgres> {
    let Some(Value::String(url)) = open.settings.get("url") else {
        return Err(Error::bad_value("[remote]", "url", ADDRESS));
    };
    let address = Address::read(url)?;
    let remote = Postgres::new(address, open.schema, open.env.clone(), open.secrets.clone());
    Ok(match wanted(open.settings)? {
        None => remote,
        Some(it) => remote.sealed(it),
    })
}
