//! What the suite runs over: entities, a kind of store at one end and a kind of remote at
//! the other.

use std::sync::Arc;

use driftline_core::{BackendPlugin, EntityDescriptor, Error, Kind, Result, Schema};

use crate::remote::{self, MakeRemote, MakeScratch};

/// Entities, a kind of store at one end and a kind of remote at the other.
pub struct Suite {
    pub(crate) schema: Arc<Schema>,
    /// One entity and one field fewer.
    pub(crate) lesser: Arc<Schema>,
    pub(crate) local: MakeScratch,
    pub(crate) remote: MakeRemote,
}

impl Suite {
    /// These entities over these stores, the remote one behind a
    /// [`Hub`](driftline_core::Hub).
    ///
    /// # Errors
    /// When the entities contradict each other.
    pub fn new(schema: &Schema, local: MakeScratch, remote: MakeScratch) -> Result<Self> {
        Self::with_remote(schema, local, remote::over_stores(remote))
    }

    /// These entities over these stores and remotes.
    ///
    /// # Errors
    /// When the entities contradict each other.
    pub fn with_remote(schema: &Schema, local: MakeScratch, remote: MakeRemote) -> Result<Self> {
        let lesser = Arc::new(lesser(schema)?);
        Ok(Self { schema: Arc::new(schema.clone()), lesser, local, remote })
    }

    /// Every registered entity over two registered backends.
    ///
    /// # Errors
    /// When there is no backend of that name, or it has no throw-away store.
    pub fn registered(local: &str, remote: &str) -> Result<Self> {
        Self::new(Schema::registered()?, scratch(local)?, scratch(remote)?)
    }
}

/// The throw-away stores of the registered backend `name`.
///
/// # Errors
/// When there is no backend of that name, or it has no throw-away store.
pub fn scratch(name: &str) -> Result<MakeScratch> {
    let known = BackendPlugin::registered();
    let make = known.get(name).and_then(|it| it.scratch);
    let make = make.ok_or_else(|| Error::Store {
        what: format!("there is no backend `{name}` that the suite can run over"),
        help: format!("choose one of {}", known.keys().copied().collect::<Vec<_>>().join(", ")),
        source: None,
    })?;
    Ok(Box::new(make))
}

/// The program of a while ago: without the last entity, and without the last field of
/// each other one that is neither part of its key nor its owner.
fn lesser(schema: &Schema) -> Result<Schema> {
    let mut entities = schema.entities().to_vec();
    let referred = |name: &str| {
        schema
            .entities()
            .iter()
            .any(|it| it.fields.iter().any(|field| field.kind == Kind::Ref(keep(name))))
    };
    if entities.len() > 1
        && let Some(place) = entities.iter().rposition(|it| !referred(it.name))
    {
        entities.remove(place);
    }
    Schema::of(entities.into_iter().map(without_last_field))
}

fn keep(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

fn without_last_field(entity: &'static EntityDescriptor) -> &'static EntityDescriptor {
    let spare = entity
        .fields
        .iter()
        .rposition(|it| !it.owner && !it.local && !entity.natural_key.contains(&it.name));
    let Some(place) = spare else { return entity };
    let mut fields = entity.fields.to_vec();
    fields.remove(place);
    // Descriptors live as long as the program; a suite makes a handful of these.
    Box::leak(Box::new(EntityDescriptor { fields: fields.leak(), ..*entity }))
}
