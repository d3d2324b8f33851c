//! The engine of Driftline: rows, stamps and merging, the two roles of a replica,
//! sync, and status. It has no SQL, no HTTP, and no clock or randomness of its own:
//! stores, backends and an [`Env`] are handed in.

mod backend;
mod entity;
mod env;
mod error;
mod id;
mod row;
mod schema;
mod stamp;
pub mod store;
pub mod value;

#[doc(hidden)]
pub use inventory;

pub use self::{
    backend::{
        Answer, Answers, Backend, BackendPlugin, Change, Digests, Identity, Limits, OpenBackend,
        PROTOCOL, Page, Pull, Push,
    },
    entity::{EntityDescriptor, Field, FieldType, Kind, Policy, SyncEntity, Timestamp, Values},
    env::{Env, Millis},
    error::{BoxError, Error, Result, excerpt},
    id::Id,
    row::{Cell, DELETED_AT, FieldName, Row},
    schema::{ALIASES, Schema},
    stamp::Stamp,
    store::{Durability, Store},
    value::Value,
};

/// Registers an entity with every program that links this crate.
/// `#[derive(SyncEntity)]` does it by itself.
#[macro_export]
macro_rules! register {
    ($entity:ty) => {
        $crate::inventory::submit! { $crate::EntityDescriptor::of::<$entity>() }
    };
}
