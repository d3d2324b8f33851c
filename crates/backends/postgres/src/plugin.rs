//! How a config file names this backend.

use std::sync::Arc;

use driftline_core::{BackendPlugin, Error, OpenBackend, Result, Value, inventory};

use crate::{Address, Postgres, address::ADDRESS, session::PASSWORD};

inventory::submit! {
    BackendPlugin {
        name: "postgres",
        doc: "Your own PostgreSQL database, on this machine or another",
        settings: &[("url", ADDRESS)],
        secrets: &[(PASSWORD, "the password of the role that the address names")],
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
    Ok(Postgres::new(address, open.schema, open.env.clone(), open.secrets.clone()))
}
