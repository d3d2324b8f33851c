//! Readers of coding agents' transcript files.
//!
//! [`find`] lists the files of every registered [`Reader`] below a home folder;
//! [`read`] turns one file into batches of [`Draft`]s, each with the [`Checkpoint`]
//! to store in the same transaction. Files are opened for reading only and never
//! written, and nothing here knows SQL or a clock.
//!
//! Every synced cell is a function of one record: never of the file it is in, of its
//! place there, or of what else was read. So any number of imports, in any order, in
//! any pieces and on any device, make one set of rows.
//!
//! Some records name a session without saying which: they point at one of its
//! messages. Where that message is in the same file, this crate settles it; the
//! others come as [`Title`]s, and come again with every [`read`] of their file. When
//! all files are read, look each one's `leaf` up as the `external_id` of a message and
//! store [`Title::draft`] for the message's session; drop what is not found.

mod checkpoint;
mod claude;
mod clean;
mod error;
mod hash;
mod lines;
mod order;
mod read;
mod record;
mod report;
mod rows;
mod time;
mod walk;

pub use self::{
    checkpoint::Checkpoint,
    error::{Error, Result},
    read::{Batch, read},
    record::{Kept, Message, Name, Object, Rank, Reader, Record, Role, readers},
    report::{FileReport, Skip, Totals},
    rows::{Draft, Title},
    walk::{Found, Problem, find, find_below},
};
