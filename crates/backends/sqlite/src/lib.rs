//! Rows in a SQLite file: the store of a device, and the hub of devices that share a
//! machine. This crate knows nothing of merging and syncing; it keeps what it is
//! given, exactly, and says clearly when it cannot.
//!
//! One table per entity, one column per field, so that any SQL tool can read a
//! person's data. What has no column (cells of newer programs, values of another
//! kind) is kept beside it as JSON and comes back as it was.

mod absent;
mod acknowledged;
mod audit;
mod backup;
mod catalog;
mod codec;
mod connect;
mod copy;
mod entity_table;
mod error;
mod examine;
mod feed;
mod files;
mod find;
mod finish;
mod fixed;
mod from_acks_in_rows;
mod from_single_notes;
mod from_texts;
mod hub;
mod in_place;
mod journal;
mod layout;
mod log;
mod meta;
mod payload;
mod place;
mod plugin;
mod put;
mod queue;
mod rows;
mod scratch;
mod statements;
mod store;
mod sweep;
mod table;
mod take;
mod tx;
mod upgrade;
mod value;
mod view;
mod worker;

pub use self::{
    hub::SqliteHub,
    place::not_shared,
    plugin::{open_remote, remote_path},
    store::SqliteStore,
};
