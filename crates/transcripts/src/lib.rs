//! Readers of coding agents' transcript files.
//!
//! [`find`] lists the files of every registered [`Reader`] below a home folder;
//! [`read`] turns one file into batches of [`Draft`]s, each with the [`Checkpoint`]
//! to store in the same transaction. Files are opened for reading only and never
//! written, and nothing here knows SQL or a clock.
//!
//! A file of lines or a document is of one session, the first that a record of it names:
//! agents copy records of other sessions into it. A message's id is a function of the agent,
//! that session, the record's name and its time, so a fork and its origin each have all of
//! their messages.
//!
//! Every synced cell is a function of one record, that session and whether [`Secrets`] are
//! replaced: never of the file, of its place there, or of what else was read. So any number
//! of imports, in any order, in any pieces and on any device, make one set of rows; of a
//! record that some device read with its secrets replaced, that reading is what stays, on
//! every device. Two things look further. A record
//! without a name is told from equal ones before it in its file. A tool's answer that the
//! agent keeps in a file beside the transcript comes from there; the reading with it is
//! the more complete one and wins wherever it is made.
//!
//! Some records name sessions without saying which: they point at a message. They come as
//! [`Title`]s, again with every [`read`] of their file. When all files are read, look
//! each one's `leaf` up as the `external_id` of messages and store [`Title::draft`] for
//! every session of one; drop what is not found.

mod agents;
mod ahead;
mod anthropic;
pub mod back;
mod beside;
mod checkpoint;
mod editors;
mod error;
mod fields;
mod hash;
mod open;
mod order;
mod parts;
mod prose;
mod read;
mod record;
mod report;
mod rows;
mod secrets;
mod settings;
mod side;
mod tables;
mod time;
mod tool;
mod unread;
mod walk;

pub use self::{
    ahead::{Part, read_ahead},
    checkpoint::Checkpoint,
    error::{Error, Result},
    read::{Batch, read},
    record::{
        Beside, Database, Form, Kept, List, Message, Name, Object, Rank, Reader, Record, Records,
        Role, Sessions, Take, readers,
    },
    report::{FileReport, Skip, Totals},
    rows::{Draft, Title},
    secrets::Secrets,
    unread::{Unread, unread},
    walk::{Found, Problem, find, find_below},
};
