//! The engine of Driftline: rows, stamps and merging, the two roles of a replica,
//! sync, and status. It has no SQL, no HTTP, and no clock or randomness of its own:
//! stores, backends and an [`Env`] are handed in.

pub mod alias;
pub mod audit;
mod backend;
mod backoff;
pub mod clock;
mod counter;
pub mod device;
mod entity;
mod env;
mod error;
mod field;
mod field_type;
pub mod hub;
mod id;
mod live;
mod members;
pub mod mirror;
mod number;
pub(crate) mod purge;
mod replica;
pub mod review;
mod row;
mod schema;
mod secrets;
pub mod service;
mod stamp;
pub mod status;
pub mod store;
mod sync;
mod token;
pub mod value;
pub mod view;

#[doc(hidden)]
pub use {field_type::read_field, inventory};

pub use self::{
    backend::{
        Answer, Answers, Backend, BackendPlugin, Begun, Change, Digests, Examine, Examined,
        Finding, Identity, Limits, MakeScratch, Open, OpenBackend, PROTOCOL, Page, Pull, Push,
        Recorded, Scratch, SetUp, Snapshot, Start, TakeSnapshot, Tried, check_protocol,
    },
    backoff::backoff,
    counter::{Cursor, Seq, Serial},
    entity::{EntityDescriptor, Field, Kind, Policy, SyncEntity, Values},
    env::{Env, Millis, Simulated},
    error::{BoxError, Error, ErrorKind, Input, Refusal, Result, SignInCause, Stale, excerpt},
    field::{Condition, TypedField},
    field_type::{FieldType, Timestamp},
    hub::Hub,
    id::{AnyEntity, Id},
    live::{Head, Hear, Heard},
    replica::{Changed, Entry, Replica, WriteTx},
    row::{Cell, DELETED_AT, FieldName, PURGED, Row},
    schema::{ALIASES, Schema, is_plain_name},
    secrets::Secrets,
    stamp::Stamp,
    status::Progress,
    store::{Durability, Store},
    sync::SyncReport,
    token::{ExposeSecret, SecretString, TokenSource},
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
