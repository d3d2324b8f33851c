//! Typed rows in a SQLite file on the user's own machine, in sync between devices. Reads and
//! writes never wait for a network; offline edits of several devices are merged field by
//! field, and all devices end up with the same rows.
//!
//! ```standalone_crate
//! use driftline::{Db, Id, SqliteHub, SyncEntity};
//!
//! /// Something to remember.
//! #[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
//! struct Note {
//!     /// What it says.
//!     text: String,
//!     /// Whether it stays on top.
//!     pinned: bool,
//! }
//!
//! # fn main() -> driftline::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//! let db = Db::open(folder.join("notes.db"))?;
//! let id: Id<Note> = db.insert(Note { text: "Buy milk".into(), ..Note::default() })?;
//! db.update(id, |note| note.pinned = true)?;
//!
//! let pinned = db.query::<Note>().filter(Note::PINNED.eq(true)).newest_first().all()?;
//! assert_eq!(pinned[0].text, "Buy milk");
//!
//! let laptop = Db::open(folder.join("laptop.db"))?;
//! let hub = SqliteHub::open(folder.join("shared.db"))?;
//! db.sync(&hub)?;
//! laptop.sync(&hub)?;
//! assert_eq!(laptop.get(id)?.unwrap().text, "Buy milk");
//! # Ok(())
//! # }
//! ```
//!
//! # Entities
//! An entity is a struct: its fields are the columns, its doc comments what people read of
//! them. It also derives `Clone`, `Default` and `PartialEq`. A field can be `String`, `bool`,
//! `i64`, `f64`, [`Timestamp`], [`Value`] (any JSON), or an `Option` of one. A field at its
//! default is the same as one that was never written, so a field that is added later needs no
//! migration.
//!
//! An `Option<Id<Note>>` refers to a note. With `#[sync(owner)]` the row is hidden while that
//! note is deleted, and comes back with it. With `#[sync(key)]`, two devices that make a row
//! with the same value make one row. `#[sync(local)]` keeps a field on its device. The
//! [derive](derive@SyncEntity) lists the rest.
//!
//! Every entity that is linked into the program is in its database. An id knows its entity:
//! an `Id<Note>` does not fit where an `Id<Tag>` is wanted.
//!
//! # Queries
//! The derive makes a constant of each field, which knows the field's name and type:
//! ```standalone_crate
//! # use driftline::{Db, Id, SyncEntity};
//! # /// Something to remember.
//! # #[derive(Clone, Default, PartialEq, SyncEntity)]
//! # struct Note {
//! #     /// What it says.
//! #     text: String,
//! #     /// Whether it stays on top.
//! #     pinned: bool,
//! # }
//! # fn main() -> driftline::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let db = Db::open(folder.path().join("notes.db"))?;
//! let others = db.query::<Note>().filter(Note::PINNED.eq(false));
//! let newest = others.clone().newest_first().limit(20).all()?;
//! let by_text = others.clone().ascending(Note::TEXT).first()?;
//! let how_many = others.count()?;
//! # assert!(newest.is_empty() && by_text.is_none() && how_many == 0);
//! # Ok(())
//! # }
//! ```
//! Mark a field `#[sync(indexed)]` to look rows up by it. A reference is indexed by itself.
//!
//! # Transactions
//! [`Db::write`] changes several rows of any entities together: all of it is there after it
//! returned, also after a power cut, or none of it if it failed. [`Db::read`] sees one state
//! of the database, whatever is written meanwhile.
//! ```standalone_crate
//! # use driftline::{Db, Id, SyncEntity};
//! # /// Something to remember.
//! # #[derive(Clone, Default, PartialEq, SyncEntity)]
//! # struct Note {
//! #     /// What it says.
//! #     text: String,
//! # }
//! # /// A word on a note.
//! # #[derive(Clone, Default, PartialEq, SyncEntity)]
//! # struct Tag {
//! #     /// The word.
//! #     word: String,
//! #     /// The note.
//! #     #[sync(owner)]
//! #     note: Option<Id<Note>>,
//! # }
//! # fn main() -> driftline::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let db = Db::open(folder.path().join("notes.db"))?;
//! let note = db.write(|tx| {
//!     let note = tx.insert(Note { text: "Buy milk".into() })?;
//!     tx.insert(Tag { word: "shopping".into(), note: Some(note) })?;
//!     Ok(note)
//! })?;
//! let tags = db.query::<Tag>().filter(Tag::NOTE.eq(note)).all()?;
//! # assert_eq!(tags.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Sync
//! [`Db::sync`] exchanges everything with a hub once; [`Db::sync_in_background`] goes on until
//! what it returns is dropped: soon after a change here, soon after a change elsewhere, and
//! again after a failure. Interrupted anywhere, the next sync goes on. [`Db::status`] says
//! where it stands, and says `synced` only after both sides were compared.
//!
//! Of two edits of one field the later one wins; edits of different fields both stay. A row
//! that was deleted can be [restored](Db::restore).
//!
//! [`Db::open_guarded`] takes a [`Guard`](core::device::Guard), which names texts that should
//! not leave without a second look, such as keys. Their rows are held until somebody decides;
//! everything else goes on.
//!
//! # Backends
//! [`SqliteHub`] is a file that the programs of one machine share. `driftline-convex` reaches
//! a Convex deployment. Anything else is a [`Backend`](core::Backend) of your own, held to the
//! same promises by the suite in `driftline-convergence`. [`Db::with`] takes another store or
//! another clock, for tests.
//!
//! # Errors
//! Every function fails with [`Error`], which says what happened, to which row or file, and
//! what to do next; [`Error::kind`] sorts them by what a
//! program can do. Being offline is no error of a read or write: a sync says so, and the
//! changes wait.

mod background;
mod db;
mod entry;
mod env;
mod hub;
mod own_thread;
mod query;
mod registered;
mod turn;
mod tx;

#[doc(no_inline)]
pub use driftline_core as core;
pub use driftline_core::{
    Changed, Condition, Error, ErrorKind, Id, Result, SyncEntity, SyncReport, Timestamp,
    TypedField, Value, register, status,
};
/// Makes a struct an entity; see [the guide](crate#entities).
pub use driftline_derive::SyncEntityOfDriftline as SyncEntity;

pub use self::{
    background::BackgroundSync,
    db::Db,
    entry::Entry,
    env::SystemEnv,
    hub::SqliteHub,
    own_thread::OwnThread,
    query::Query,
    tx::{ReadTx, WriteTx},
};
