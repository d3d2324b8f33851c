//! One file, in whatever form its agent keeps it, from its bytes to batches of rows.

mod batches;
mod bounded;
mod clean;
mod cut;
mod database;
mod document;
mod lines;
mod list;
mod packed;
mod split;
mod taking;
mod yaml;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use driftline_core::{BoxError, Value};

pub(crate) use self::database::look;

use crate::{
    Checkpoint, Draft, Error, FileReport, Form, Found, Result, Secrets, Title, checkpoint::State,
    open::open, report::Done,
};

/// A batch ends at this many records, or at this many bytes of them.
const BATCH_RECORDS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;

/// Rows to store, together with how far the file is read once they are.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The rows; what a row refers to comes before it.
    pub drafts: Vec<Draft>,
    /// Names of the sessions that have some message. They come with the last batch, and
    /// again with every later read: which sessions those are may have changed.
    pub titles: Vec<Title>,
    /// How far the file is read. Store it with the rows.
    pub checkpoint: Checkpoint,
}

/// What is read, and how.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    found: &'a Found,
    secrets: Secrets,
}

/// Takes batches.
type Sink<'a> = dyn FnMut(Batch) -> Result<(), BoxError> + 'a;

/// Reads what `found` holds beyond `checkpoint`, and hands it to `sink` batch by
/// batch. Without a checkpoint, or where it does not fit the file, reads all of it; so it
/// does when `secrets` are to be replaced, and were not or by other rules.
///
/// # Errors
/// When the file cannot be read, or `sink` fails. Batches that `sink` took are valid.
pub fn read(
    found: &Found,
    checkpoint: Option<&Checkpoint>,
    secrets: Secrets,
    sink: &mut dyn FnMut(Batch) -> Result<(), BoxError>,
) -> Result<FileReport> {
    let path = found.path.as_path();
    let checkpoint = checkpoint.filter(|it| it.fits(found.reader, secrets));
    if let Some(known) = checkpoint
        && let Some(done) = known.untouched(found)
    {
        return as_before(found, known.clone(), done, !done.titles.is_empty(), sink)
            .map(|it| FileReport { opened: false, ..it });
    }
    let mut file = open(path)?;
    let state = State::of(found).map_err(|it| failed(path, 0, it))?;
    if let Some(known) = checkpoint
        && let Some(done) = &known.done
        && known.holds(&mut file, state).map_err(|it| failed(path, 0, it))?
    {
        // Next time it need not be opened, whatever touched it.
        let mut now = known.clone();
        now.set_state(state);
        let is_news = now != *known || !done.titles.is_empty();
        return as_before(found, now, done, is_news, sink);
    }
    let wanted = Wanted { found, secrets };
    match &found.reader.form {
        Form::Lines { starts, open } => {
            let form = lines::Form { starts, open: *open };
            lines::read(wanted, form, file, state, checkpoint, sink)
        }
        Form::Document(records) => document::read(wanted, *records, file, state, sink),
        Form::List(list) => list::read(wanted, list, file, state, sink),
        Form::Database(database) => database::read(wanted, database, file, state, checkpoint, sink),
    }
}

/// Hands out, if that is news, what a file that did not change has for every read.
fn as_before(
    found: &Found,
    known: Checkpoint,
    done: &Done,
    is_news: bool,
    sink: &mut Sink<'_>,
) -> Result<FileReport> {
    if is_news {
        let (drafts, titles, line) = (Vec::new(), done.titles.clone(), known.line);
        let batch = Batch { drafts, titles, checkpoint: known };
        sink(batch).map_err(|it| refused(&found.path, line, it))?;
    }
    Ok(done.clone().report(&found.path, found.reader, true))
}

/// A JSON text that is not one record of a line: of at most so many values, because one takes
/// a hundred times the memory that its text does.
pub(crate) fn json(text: &str, most: usize) -> Result<Value, String> {
    let start = text.bytes().position(|it| matches!(it, b'{' | b'['));
    if start.is_some_and(|it| clean::scan(text.as_bytes(), it).values > most) {
        return Err(format!("more than {most} values; left out"));
    }
    let parsed = serde_json::from_str(text);
    let parsed = parsed.or_else(|_| serde_json::from_str(&clean::clean(text)));
    parsed.map_err(|it| format!("broken JSON at line {}, column {}", it.line(), it.column()))
}

/// The first and the last bytes of a file that is so long.
fn ends(file: &mut File, length: u64, most: usize) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let edge = length.min(most as u64);
    let (mut first, mut last) = (Vec::new(), Vec::new());
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(edge).read_to_end(&mut first)?;
    file.seek(SeekFrom::Start(length - edge))?;
    file.by_ref().take(edge).read_to_end(&mut last)?;
    file.seek(SeekFrom::Start(0))?;
    Ok((first, last))
}

fn failed(path: &Path, line: u64, source: io::Error) -> Error {
    Error::Read { path: path.to_owned(), line, source }
}

fn refused(path: &Path, line: u64, source: BoxError) -> Error {
    Error::Sink { path: path.to_owned(), line, source }
}
