//! One file, from its lines to batches of rows.
//!
//! A file that grew is passed over from its start, and rows are made of its new end
//! alone. That costs one parse of the old part, and buys two things that no offset
//! gives: totals of the whole file that are exact (which records and calls repeat is
//! known), and proof that the old part is still what was read. If it is not, all of
//! the file becomes rows again, which changes nothing where nothing changed.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use driftline_core::BoxError;
use serde_json::json;

use crate::{
    Checkpoint, Draft, Error, FileReport, Found, Object, Record, Result, Title, beside,
    checkpoint::{Prefix, State},
    clean::{Piece, Pieces, clean},
    cut::outline,
    hash::hash64,
    lines::{Line, Lines, MAX_LINE},
    open::open,
    report::Tally,
    rows::Rows,
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

/// Reads what `found` holds beyond `checkpoint`, and hands it to `sink` batch by
/// batch. Without a checkpoint, or where it does not fit the file, reads all of it.
///
/// # Errors
/// When the file cannot be read, or `sink` fails. Batches that `sink` took are valid.
pub fn read(
    found: &Found,
    checkpoint: Option<&Checkpoint>,
    sink: &mut dyn FnMut(Batch) -> Result<(), BoxError>,
) -> Result<FileReport> {
    let path = found.path.as_path();
    let mut file = open(path)?;
    let state = file.metadata().map(|it| State::of(&it)).map_err(|it| failed(path, 0, it))?;
    let checkpoint = checkpoint.filter(|it| it.reader == found.reader.version);
    if let Some(known) = checkpoint
        && let Some(done) = &known.done
        && known.holds(&mut file, state).map_err(|it| failed(path, 0, it))?
    {
        if !done.titles.is_empty() {
            let (drafts, titles) = (Vec::new(), done.titles.clone());
            let batch = Batch { drafts, titles, checkpoint: known.clone() };
            sink(batch).map_err(|it| refused(path, known.line, it))?;
        }
        return Ok(done.clone().report(path, found.reader, true));
    }
    let session = session_of(found, &mut file, state)?;
    if let Some(known) = checkpoint.filter(|it| it.session == session) {
        let run = Run::of(found, state, session.clone(), Some(known), sink);
        if let Some(report) = run.all(file)? {
            return Ok(report);
        }
        tracing::info!(?path, "the file was rewritten; reading all of it");
        file = open(path)?;
    }
    let report = Run::of(found, state, session, None, sink).all(file)?;
    report.ok_or_else(|| failed(path, 0, io::ErrorKind::InvalidData.into()))
}

/// The session that a file is of: the first one that a record of it names. Mostly its
/// first line tells.
fn session_of(found: &Found, file: &mut File, state: State) -> Result<Option<String>> {
    let path = found.path.as_path();
    let (mut session, mut prefix) = (None, Prefix::default());
    let mut lines = Lines::of(BufReader::new(file.by_ref().take(state.length)), MAX_LINE);
    while session.is_none() {
        let number = lines.number();
        let next = lines.next(&mut prefix).map_err(|it| failed(path, number, it))?;
        let Some(line) = next else { break };
        let bytes = record_bytes(&line);
        let mut pieces = Pieces::of(bytes, found.reader.starts);
        while let (None, Some(piece)) = (&session, pieces.next()) {
            let Piece::Object { range, dirty, heavy } = piece else { continue };
            match parse(&text(&bytes[range.clone()]), dirty, heavy) {
                Ok(fields) => session = (found.reader.record)(fields).session,
                Err(_) => pieces.broken(&range),
            }
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(|it| failed(path, 0, it))?;
    Ok(session)
}

fn failed(path: &Path, line: u64, source: io::Error) -> Error {
    Error::Read { path: path.to_owned(), line, source }
}

fn refused(path: &Path, line: u64, source: BoxError) -> Error {
    Error::Sink { path: path.to_owned(), line, source }
}

/// One pass over a file.
struct Run<'a> {
    found: &'a Found,
    state: State,
    /// The session that the file is of.
    session: Option<String>,
    /// Where rows begin to be made, while that place is not yet reached and proved.
    resume: Option<&'a Checkpoint>,
    sink: &'a mut dyn FnMut(Batch) -> Result<(), BoxError>,
    prefix: Prefix,
    tally: Tally,
    rows: Rows,
    /// How many records without a name there were of each text.
    equal: HashMap<u64, u64>,
    drafts: Vec<Draft>,
    bytes: usize,
    /// Whether a record that was not taken apart waits to be handed out.
    heavy: bool,
    position: u64,
}

impl<'a> Run<'a> {
    fn of(
        found: &'a Found,
        state: State,
        session: Option<String>,
        resume: Option<&'a Checkpoint>,
        sink: &'a mut dyn FnMut(Batch) -> Result<(), BoxError>,
    ) -> Self {
        Self {
            found,
            state,
            resume,
            sink,
            prefix: Prefix::default(),
            tally: Tally::default(),
            rows: Rows::of(found.reader, session.clone().unwrap_or_default()),
            session,
            equal: HashMap::new(),
            drafts: Vec::new(),
            bytes: 0,
            heavy: false,
            position: 0,
        }
    }

    /// Reads all of the file, or answers none if what precedes the checkpoint is not
    /// what it was.
    fn all(mut self, file: File) -> Result<Option<FileReport>> {
        let path = self.found.path.as_path();
        let start = self.resume.map_or(0, |it| it.offset);
        // A file that grows faster than it is read must end somewhere.
        let mut input = BufReader::with_capacity(1 << 18, file.take(self.state.length));
        let head = input.fill_buf().map_err(|it| failed(path, 0, it))?;
        if is_utf16(head) {
            self.resume = None;
            self.tally.skip(1, "the file is UTF-16; save it as UTF-8 and import it again");
            return self.finish(0, start, true).map(Some);
        }
        let mut lines = Lines::of(input, MAX_LINE);
        loop {
            let number = lines.number();
            let next = lines.next(&mut self.prefix).map_err(|it| failed(path, number, it))?;
            let Some(line) = next else { break };
            if !self.proved(&line) {
                return Ok(None);
            }
            if line.too_long {
                self.tally.skip(line.number, "longer than 64 MiB; left out");
                continue;
            }
            self.line(&line, start)?;
            if std::mem::take(&mut self.heavy) {
                // Its text must not be in memory once more while it is stored.
                lines.release();
                self.flush(lines.number())?;
            }
        }
        let number = lines.number();
        if self.resume.is_some_and(|it| it.offset > 0) {
            return Ok(None);
        }
        self.finish(number, start, false).map(Some)
    }

    /// Whether the file is, up to the checkpoint, what was read; true before it.
    fn proved(&mut self, line: &Line<'_>) -> bool {
        let Some(known) = self.resume else { return true };
        let end = if line.too_long { self.prefix.offset() } else { line.end() };
        if end < known.offset {
            return true;
        }
        line.take_to(known.offset, &mut self.prefix);
        self.resume = None;
        self.prefix.offset() == known.offset && self.prefix.hash() == known.hash
    }

    /// Takes the records of a line; those from `start` on become rows. What is not
    /// whole at the end of the file is still being written: it is left for next time.
    fn line(&mut self, line: &Line<'_>, start: u64) -> Result<()> {
        let bytes = record_bytes(line);
        let base = line.end() - bytes.len() as u64;
        let mut pieces = Pieces::of(bytes, self.found.reader.starts);
        while let Some(piece) = pieces.next() {
            let broken = match piece {
                Piece::Object { range, dirty, heavy } => {
                    let raw = text(&bytes[range.clone()]);
                    match parse(&raw, dirty, heavy) {
                        Ok(fields) => {
                            let mut record = (self.found.reader.record)(fields);
                            if heavy {
                                set_aside(&mut record, raw.len());
                            }
                            let new = base + range.start as u64 >= start;
                            self.heavy |= heavy && new;
                            self.record(record, raw, new);
                            self.pause(line, base + range.end as u64)?;
                            continue;
                        }
                        Err(error) => {
                            pieces.broken(&range);
                            format!("broken JSON at column {}", range.start + error.column())
                        }
                    }
                }
                Piece::Junk(why) => why.to_owned(),
            };
            if !line.ended {
                self.tally.incomplete_tail = true;
                return Ok(());
            }
            self.tally.skip(line.number, broken);
        }
        line.take_to(line.end(), &mut self.prefix);
        Ok(())
    }

    /// Hands out a batch that is full. The record that filled it ends at `end`.
    fn pause(&mut self, line: &Line<'_>, end: u64) -> Result<()> {
        if !line.ended {
            line.take_to(end, &mut self.prefix);
        }
        if self.heavy || self.drafts.len() < BATCH_RECORDS && self.bytes < BATCH_BYTES {
            return Ok(());
        }
        line.take_to(end, &mut self.prefix);
        self.flush(line.number)
    }

    /// Takes one record; makes rows of it if it is `new`.
    fn record(&mut self, mut record: Record, raw: Cow<'_, str>, new: bool) {
        match (&self.session, &mut record.kept) {
            (Some(session), Some(kept)) => {
                if kept.external_id.is_none() {
                    kept.external_id = Some(name(&mut self.equal, &record.kind, &raw));
                }
                if new {
                    beside::fill(kept, self.found.reader, &self.found.path, session);
                }
            }
            (None, kept) => *kept = None,
            (Some(_), None) => (),
        }
        self.tally.record(&record);
        let length = raw.len();
        if let Some(draft) = self.rows.record(record, raw, self.position, new) {
            self.drafts.push(draft);
            self.bytes += 2 * length;
        }
        self.position += 1;
    }

    fn checkpoint(&self, line: u64) -> Checkpoint {
        Checkpoint {
            reader: self.found.reader.version,
            offset: self.prefix.offset(),
            line,
            hash: self.prefix.hash(),
            edges: self.prefix.edges(),
            length: self.state.length,
            modified: self.state.modified,
            session: self.session.clone(),
            done: None,
        }
    }

    fn flush(&mut self, line: u64) -> Result<()> {
        let mut drafts = self.rows.flush();
        drafts.append(&mut self.drafts);
        self.bytes = 0;
        let batch = Batch { drafts, titles: Vec::new(), checkpoint: self.checkpoint(line) };
        (self.sink)(batch).map_err(|it| refused(&self.found.path, line, it))
    }

    fn finish(mut self, line: u64, start: u64, odd: bool) -> Result<FileReport> {
        let tally = std::mem::take(&mut self.tally);
        let titles = self.rows.titles();
        let done = tally.finish(self.session.clone(), titles.clone());
        let mut drafts = self.rows.flush();
        drafts.append(&mut self.drafts);
        let mut checkpoint = self.checkpoint(line);
        checkpoint.done = done.is_brief().then(|| done.clone());
        let unchanged = start > 0 && start == checkpoint.offset && !odd;
        let batch = Batch { drafts, titles, checkpoint };
        (self.sink)(batch).map_err(|it| refused(&self.found.path, line, it))?;
        Ok(done.report(&self.found.path, self.found.reader, unchanged))
    }
}

/// A line without the mark that some editors put at the start of a file.
fn record_bytes<'a>(line: &Line<'a>) -> &'a [u8] {
    match line.bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if line.start == 0 => rest,
        _ => line.bytes,
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn is_utf16(head: &[u8]) -> bool {
    match head {
        [0xff, 0xfe, _, 0, ..] | [0xfe, 0xff, 0, _, ..] => true,
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] => *a != 0 && *b != 0,
        _ => false,
    }
}

fn parse(raw: &str, dirty: bool, heavy: bool) -> serde_json::Result<Object> {
    let raw = if heavy { Cow::from(outline(raw)) } else { raw.into() };
    if dirty { serde_json::from_str(&clean(&raw)) } else { serde_json::from_str(&raw) }
}

/// Leaves of a record that was not taken apart what it says of itself. Its text stays here.
fn set_aside(record: &mut Record, bytes: usize) {
    let Some(kept) = &mut record.kept else { return };
    let note = json!([{ "type": "too_long", "bytes": bytes }]);
    (kept.text, kept.blocks, kept.beside) = (None, Some(note), Vec::new());
}

/// What a record without a name is called: by its text, and by how many `equal` ones
/// there were before.
fn name(equal: &mut HashMap<u64, u64>, kind: &str, raw: &str) -> String {
    let hash = hash64(&[raw]);
    let before = equal.entry(hash).or_insert(0);
    *before += 1;
    match *before {
        1 => format!("{kind}:{hash:016x}"),
        nth => format!("{kind}:{hash:016x}:{nth}"),
    }
}
