//! How a backend makes itself known: its name, its settings, and what opens it.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde_json::{Map, Value};

use crate::{Backend, Env, Examine, Result, Schema, Secrets, SetUp, Store, TokenSource};

/// A crate of stores or hubs that a config file can name. Register it with
/// `inventory::submit!`, beginning with [`BackendPlugin::NONE`].
pub struct BackendPlugin {
    /// What the config file calls it.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// The settings it takes besides `backend`, with what each accepts.
    pub settings: &'static [(&'static str, &'static str)],
    /// The setting with the address that people sign in at; none where nobody does.
    pub sign_in: Option<&'static str>,
    /// The secrets that its remote side asks for, with what each is. They are kept where
    /// sign-ins are ([`OpenBackend::secrets`]), never in the config file.
    pub secrets: &'static [(&'static str, &'static str)],
    /// Sets a place up as the remote side; none where a config file is all that it takes.
    pub set_up: Option<Open<dyn SetUp>>,
    /// Looks the remote side over; none where all there is to say is whether it answers.
    pub examine: Option<Open<dyn Examine>>,
    /// Opens it as the local side.
    pub local: Option<Open<dyn Store>>,
    /// Opens it as the remote side.
    pub remote: Option<Open<dyn Backend>>,
    /// Makes a throw-away store: what is registered here is held to the convergence
    /// suite.
    pub scratch: Option<MakeScratch>,
}

/// Makes a throw-away place for a store.
pub type MakeScratch = fn() -> Result<Box<dyn Scratch>>;

/// A throw-away place that holds one store, gone when dropped.
pub trait Scratch: Send + Sync {
    /// Opens the store for these entities: again and again, each time as a program does
    /// after the last one died, or as a second program beside it.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, schema: &Schema) -> Result<Arc<dyn Store>>;

    /// The same data in another place: a backup, or a copied file.
    ///
    /// # Errors
    /// When it cannot be copied.
    fn copy(&self) -> Result<Box<dyn Scratch>>;
}

/// Opens one side of a backend.
pub type Open<T> = fn(&OpenBackend<'_>) -> Result<Arc<T>>;

inventory::collect!(BackendPlugin);

/// What a backend is opened with.
#[derive(Clone)]
pub struct OpenBackend<'a> {
    /// The entities.
    pub schema: &'static Schema,
    /// The folder of the profile.
    pub profile: &'a Path,
    /// Its table in the config file.
    pub settings: &'a Map<String, Value>,
    /// Time and randomness.
    pub env: Arc<dyn Env>,
    /// Proof of who the person is, for a service that asks for it.
    pub tokens: Option<Arc<dyn TokenSource>>,
    /// Passwords and keys, for a remote that asks for some.
    pub secrets: Option<Arc<dyn Secrets>>,
}

impl BackendPlugin {
    /// One that is nothing yet, for the settings that a backend does not have.
    pub const NONE: Self = Self {
        name: "",
        doc: "",
        settings: &[],
        sign_in: None,
        secrets: &[],
        set_up: None,
        examine: None,
        local: None,
        remote: None,
        scratch: None,
    };

    /// Every backend linked into this program, by name.
    pub fn registered() -> BTreeMap<&'static str, &'static Self> {
        inventory::iter::<Self>.into_iter().map(|it| (it.name, it)).collect()
    }
}
