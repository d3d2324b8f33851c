//! Lists of sessions and searches, from an index: words and summaries, worked out from
//! rows and kept in a file of their own.
//!
//! It is filled behind the writes. A store's journal names the rows that changed since;
//! each step looks at some of them and stores what it learnt together with how far it
//! came. Of several processes one looks at rows at a time, the others find its work done.
//! The file can be deleted at any time.
//!
//! Arrows between the modules point one way: [`search`] uses [`list`], both use what is
//! narrowed to and the index, and these use [`query`], names and letters.

mod error;
mod file;
mod fill;
mod kin;
mod letters;
pub mod list;
mod names;
mod narrow;
pub mod query;
mod scope;
pub mod search;
mod trouble;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use driftline_conversation::Patience;
use driftline_core::Replica;
use driftline_sqlite_file::{Bounded, Pool, locked};
use rusqlite::{Connection, ErrorCode};

use self::trouble::Trouble;
pub use self::{
    error::{Error, Result},
    kin::Fork,
    scope::Scope,
};

/// Rows that one step looks at: a moment's work.
const STEP: usize = 1_000;
/// Rows that somebody who asks a question waits for.
const FEW: u64 = 200;
/// Steps of the database between two looks at whether somebody still waits.
const LOOK: i32 = 500;
/// Connections for reading that are kept open.
const READERS: usize = 2;

/// The index of a replica: lists and searches. Cheap to clone.
#[derive(Clone)]
pub struct Index {
    replica: Arc<Replica>,
    shared: Arc<Shared>,
    patience: Patience,
}

struct Shared {
    path: PathBuf,
    readers: Pool,
    writer: Mutex<Bounded>,
}

impl Index {
    /// Opens the index of `replica` at `path`, which holds nothing but it; makes it if it is
    /// missing, damaged, or made by another version of this program or for other entities.
    ///
    /// # Errors
    /// When the file cannot be made or used.
    pub fn open(path: &Path, replica: Arc<Replica>) -> Result<Self> {
        let shared = Shared {
            path: path.to_owned(),
            readers: Pool::new(READERS),
            writer: Mutex::new(file::open(path, replica.schema())?),
        };
        Ok(Self { replica, shared: Arc::new(shared), patience: Patience::default() })
    }

    /// The same for somebody who does not wait for ever.
    #[must_use]
    pub fn within(&self, patience: Patience) -> Self {
        Self { patience, ..self.clone() }
    }

    /// The rows that it is worked out from.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// About how many rows are still to be looked at.
    ///
    /// # Errors
    /// When the rows or the index cannot be read.
    pub fn lag(&self) -> Result<u64> {
        self.read(&Patience::default(), |it| fill::left(it, &self.replica))
    }

    /// Looks at some rows that are still to be looked at: a moment's work, for whoever has
    /// nothing better to do. Returns about how many are left after that.
    ///
    /// # Errors
    /// When the rows or the index cannot be used.
    pub fn catch_up(&self) -> Result<u64> {
        let mut writer = locked(&self.shared.writer);
        let step = |writer: &Bounded| fill::step(writer, &self.replica, STEP);
        match step(&writer) {
            Err(Trouble::File(it)) if file::is_damage(&it) => {
                self.renew(&mut writer)?;
                step(&writer).map_err(|it| self.error(it))
            }
            done => done.map_err(|it| self.error(it)),
        }
    }

    /// Takes away for good what was learnt of rows that are gone: looks at every row that is
    /// still to be looked at, and writes the words and the file anew.
    ///
    /// # Errors
    /// When the rows or the index cannot be used.
    pub fn sweep(&self) -> Result<()> {
        while self.catch_up()? > 0 {}
        let writer = locked(&self.shared.writer);
        file::sweep(&writer).map_err(|it| file::failure(&self.shared.path, it))
    }

    /// Looks at every row that is still to be looked at if they are but a few, so that
    /// who just changed something sees it. Returns about how many are left otherwise.
    fn freshen(&self) -> Result<u64> {
        match self.lag()? {
            left if left > FEW => Ok(left),
            0 => Ok(0),
            _ => self.catch_up(),
        }
    }

    /// Runs `job` on one consistent state of the index, for as long as somebody waits.
    pub(crate) fn query<T>(
        &self,
        patience: &Patience,
        job: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.read(patience, |it| Ok(job(it)?))
    }

    fn read<T>(
        &self,
        patience: &Patience,
        job: impl Fn(&Connection) -> std::result::Result<T, Trouble>,
    ) -> Result<T> {
        match self.read_once(patience, &job)? {
            Ok(it) => Ok(it),
            Err(Trouble::File(it)) if file::is_damage(&it) => {
                self.renew(&mut locked(&self.shared.writer))?;
                self.read_once(patience, &job)?.map_err(|it| self.error(it))
            }
            Err(it) => Err(self.error(it)),
        }
    }

    fn read_once<T>(
        &self,
        patience: &Patience,
        job: impl Fn(&Connection) -> std::result::Result<T, Trouble>,
    ) -> Result<std::result::Result<T, Trouble>> {
        let watch = patience.clone();
        self.shared.readers.with(
            || file::reader(&self.shared.path),
            |reader| {
                reader.progress_handler(LOOK, Some(move || watch.is_over()))?;
                let _all = reader.unchecked_transaction()?;
                job(reader)
            },
        )
    }

    /// Puts an empty file in the place of this one.
    fn renew(&self, writer: &mut Bounded) -> Result<()> {
        *writer = Bounded::to_nothing().map_err(|it| file::failure(&self.shared.path, it))?;
        self.shared.readers.close();
        *writer = file::renew(&self.shared.path, self.replica.schema())?;
        // Who opened a reader meanwhile may have met the file that is gone.
        self.shared.readers.close();
        Ok(())
    }

    fn error(&self, trouble: Trouble) -> Error {
        match trouble {
            Trouble::Rows(it) => it.into(),
            Trouble::Query(it) => it.into(),
            Trouble::File(it) if was_stopped(&it) => Error::TooLong,
            Trouble::File(it) => file::failure(&self.shared.path, it),
        }
    }
}

fn was_stopped(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}
