//! Takes a file in: batch by batch, each in one transaction. Cut off anywhere, doing it again
//! goes on, because what is here already changes nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{
    Durability, Millis, PROTOCOL, Replica,
    device::{Exported, Imported},
};
use serde::Serialize;

use super::{
    Step,
    format::{Header, Sums, VERSION},
    lines::{Line, Lines},
};
use crate::{Client, Error, Result, backup, code::code};

/// A batch ends at so many rows, or at so many bytes of them.
const ROWS: usize = 500;
const BYTES: usize = 4 << 20;

/// How many values that were left out are named.
const NAMED: usize = 100;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what the derive asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What came of a file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Joined {
    /// The file.
    pub path: PathBuf,
    /// How many rows are in it.
    pub rows: u64,
    /// Rows that were not here.
    pub new: u64,
    /// Rows that were here and have changed by it.
    pub grown: u64,
    /// Rows that were here as they are in the file, or later.
    pub same: u64,
    /// Rows that were left out, because they or their owners were purged.
    #[serde(skip_serializing_if = "is_zero")]
    pub purged: u64,
    /// Values that their fields cannot hold: how many there are.
    pub left_out: u64,
    /// The first of them.
    pub left_out_at: Vec<LeftOut>,
    /// The comparison code of the file's rows.
    pub code: String,
    /// The database as it was before, if there was anything in it that has changed.
    pub kept_database: Option<PathBuf>,
    /// How long it took.
    #[serde(skip)]
    pub millis: Millis,
}

/// A value of a file that its field cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The line; the first is 1.
    pub line: u64,
    /// The entity.
    pub entity: String,
    /// The field.
    pub field: String,
}

/// Joins the rows of the export file at `path` with what `replica` holds, which is copied
/// first if it is anything.
///
/// # Errors
/// [`Error::NoExport`]; [`Error::OtherFormat`] if it was written by a program that is too new
/// or too old; [`Error::BadLine`] where a line is wrong. What comes before that line is here
/// then. When the rows cannot be written.
pub fn join(
    client: &Client,
    replica: &Replica,
    path: &Path,
    tell: &mut dyn FnMut(Step),
) -> Result<Joined> {
    let mut lines = Lines::open(path)?;
    let header = lines.first()?;
    check(path, &header)?;
    let meets_others = replica.read(|tx| Ok(!tx.stored_entities()?.is_empty()))?;
    let kept_database =
        if meets_others { backup::make(client, replica, "before-import")? } else { None };
    let joined = Joined { path: path.to_owned(), kept_database, ..Joined::default() };
    let batch = Batch { rows: Vec::new(), bytes: 0, first: 2 };
    let mut taking = Taking { replica, meets_others, batch, joined };
    let begun = replica.env().monotonic();
    let of = header.rows.values().sum();
    let taken = taking.all(&mut lines, &mut |rows| {
        tell(Step { rows, of, millis: replica.env().monotonic().saturating_sub(begun) });
    });
    let (mut joined, millis) = (taking.joined, replica.env().monotonic().saturating_sub(begun));
    if joined.new + joined.grown == 0 {
        // Nothing has changed, so the copy is of what is still here.
        let _gone = joined.kept_database.take().map(fs::remove_file);
    }
    match taken {
        Ok(sums) => Ok(Joined { code: code(&sums.digests), millis, ..joined }),
        Err(Error::BadLine { path, line, reason, .. }) => {
            Err(Error::BadLine { path, line, reason, joined: joined.rows })
        }
        Err(error) => Err(error),
    }
}

/// Whether rows of such a file mean here what they meant where it was written.
fn check(path: &Path, header: &Header) -> Result<()> {
    let is_new = header.version > VERSION || header.protocol > PROTOCOL + 1;
    if is_new || header.version != VERSION || header.protocol + 1 < PROTOCOL {
        return Err(Error::OtherFormat { path: path.to_owned(), is_new });
    }
    Ok(())
}

struct Taking<'a> {
    replica: &'a Replica,
    meets_others: bool,
    batch: Batch,
    joined: Joined,
}

struct Batch {
    rows: Vec<Exported>,
    bytes: usize,
    /// The line of its first row.
    first: u64,
}

impl Taking<'_> {
    /// Takes all rows in. Returns what they add up to.
    fn all(&mut self, lines: &mut Lines, tell: &mut dyn FnMut(u64)) -> Result<Sums> {
        let mut sums = Sums::default();
        loop {
            match lines.next()? {
                Line::Row(row, bytes) => {
                    sums.add(&row);
                    self.batch.bytes += bytes;
                    self.batch.rows.push(*row);
                    if self.batch.rows.len() >= ROWS || self.batch.bytes >= BYTES {
                        self.store(Durability::Normal)?;
                        tell(self.joined.rows);
                    }
                }
                Line::End(said) => {
                    // All of it is on the disk before anybody hears so.
                    self.store(Durability::Full)?;
                    if said != sums {
                        return Err(lines.bad(
                            "the rows before it are not those that were written: the file was \
                             changed",
                        ));
                    }
                    if !lines.is_at_end() {
                        return Err(lines.bad("something follows what should be the last line"));
                    }
                    return Ok(sums);
                }
            }
        }
    }

    /// Stores the batch.
    fn store(&mut self, durability: Durability) -> Result<()> {
        let rows = std::mem::take(&mut self.batch.rows);
        let (first, count) = (self.batch.first, rows.len() as u64);
        (self.batch.bytes, self.batch.first) = (0, first + count);
        let entities: Vec<_> = rows.iter().map(|it| it.entity.clone()).collect();
        let meets_others = self.meets_others;
        let done = self.replica.write_with(durability, |tx| tx.join(rows, meets_others))?;
        self.joined.rows += count;
        for (line, (entity, it)) in (first..).zip(entities.into_iter().zip(done)) {
            match it.done {
                Imported::New => self.joined.new += 1,
                Imported::Grown => self.joined.grown += 1,
                Imported::Same => self.joined.same += 1,
                Imported::Purged => self.joined.purged += 1,
            }
            for field in it.left_out {
                self.joined.left_out += 1;
                if self.joined.left_out_at.len() < NAMED {
                    let (entity, field) = (entity.clone(), field.into_owned());
                    self.joined.left_out_at.push(LeftOut { line, entity, field });
                }
            }
        }
        Ok(())
    }
}
