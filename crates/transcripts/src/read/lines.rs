//! A file with a record a line.
//!
//! A file that grew is passed over from its start, and rows are made of its new end
//! alone. That costs one parse of the old part, and buys two things that no offset
//! gives: totals of the whole file that are exact (which records and calls repeat is
//! known), and proof that the old part is still what was read. If it is not, all of
//! the file becomes rows again, which changes nothing where nothing changed.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use super::{
    Batch, Sink, Wanted,
    clean::{Piece, Pieces},
    cut::{parse, set_aside},
    failed,
    packed::Text,
    refused,
    split::{Line, Lines, MAX_LINE},
    taking::Taking,
};
use crate::{
    Checkpoint, FileReport, Found, Object, Records, Result,
    checkpoint::{Prefix, State},
};

/// How an agent writes lines.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) starts: &'static [&'static str],
    pub(super) open: fn(&Path) -> Box<dyn Records>,
}

pub(super) fn read(
    wanted: Wanted<'_>,
    form: Form,
    file: File,
    state: State,
    checkpoint: Option<&Checkpoint>,
    sink: &mut Sink<'_>,
) -> Result<FileReport> {
    let path = wanted.found.path.as_path();
    let text = Text::of(file, state.length).map_err(|it| failed(path, 0, it))?;
    let session = session_of(wanted.found, form, &text)?;
    let known = checkpoint.filter(|it| it.session == session && text.packed().is_none());
    if let Some(known) = known {
        let run = Run::of(wanted, form, &text, state, session.clone(), Some(known), sink);
        if let Some(report) = run.all()? {
            return Ok(report);
        }
        tracing::info!(?path, "the file was rewritten; reading all of it");
    }
    let report = Run::of(wanted, form, &text, state, session, None, sink).all()?;
    report.ok_or_else(|| failed(path, 0, io::ErrorKind::InvalidData.into()))
}

/// The session that a file is of: the first one that a record of it names. Mostly its
/// first line tells.
fn session_of(found: &Found, form: Form, file: &Text) -> Result<Option<String>> {
    let path = found.path.as_path();
    let mut records = (form.open)(path);
    let (mut session, mut prefix) = (None, Prefix::default());
    let input = file.read().map_err(|it| failed(path, 0, it))?;
    let mut lines = Lines::of(BufReader::new(input), MAX_LINE);
    while session.is_none() {
        let number = lines.number();
        let next = lines.next(&mut prefix).map_err(|it| failed(path, number, it))?;
        let Some(line) = next else { break };
        let bytes = record_bytes(&line);
        let mut pieces = Pieces::of(bytes, form.starts);
        while let (None, Some(piece)) = (&session, pieces.next()) {
            let Piece::Object { range, dirty, heavy } = piece else { continue };
            match parse(&text(&bytes[range.clone()]), dirty, heavy) {
                Ok(fields) => {
                    session = records.take(fields).into_iter().find_map(|it| it.session);
                }
                Err(_) => pieces.broken(&range),
            }
        }
    }
    Ok(session)
}

/// One pass over a file.
struct Run<'a> {
    wanted: Wanted<'a>,
    form: Form,
    text: &'a Text,
    records: Box<dyn Records>,
    state: State,
    /// Where rows begin to be made, while that place is not yet reached and proved.
    resume: Option<&'a Checkpoint>,
    sink: &'a mut Sink<'a>,
    prefix: Prefix,
    taking: Taking<'a>,
    /// Whether a record that was not taken apart waits to be handed out.
    heavy: bool,
}

impl<'a> Run<'a> {
    fn of(
        wanted: Wanted<'a>,
        form: Form,
        text: &'a Text,
        state: State,
        session: Option<String>,
        resume: Option<&'a Checkpoint>,
        sink: &'a mut Sink<'_>,
    ) -> Self {
        Self {
            wanted,
            form,
            text,
            records: (form.open)(&wanted.found.path),
            state,
            resume,
            sink,
            prefix: Prefix::default(),
            taking: Taking::of(wanted, session),
            heavy: false,
        }
    }

    /// Reads all of the file, or answers none if what precedes the checkpoint is not
    /// what it was.
    fn all(mut self) -> Result<Option<FileReport>> {
        let path = self.wanted.found.path.as_path();
        let start = self.resume.map_or(0, |it| it.offset);
        let input = self.text.read().map_err(|it| failed(path, 0, it))?;
        let mut input = BufReader::with_capacity(1 << 16, input);
        let head = input.fill_buf().map_err(|it| failed(path, 0, it))?;
        if is_utf16(head) {
            self.resume = None;
            self.taking.tally.skip(1, "the file is UTF-16; save it as UTF-8 and import it again");
            return self.finish(0, start, true).map(Some);
        }
        let mut lines = Lines::of(input, MAX_LINE);
        loop {
            let number = lines.number();
            let next = match lines.next(&mut self.prefix) {
                Ok(next) => next,
                Err(error) => return self.broke_off(number, error),
            };
            let Some(line) = next else { break };
            if !self.proved(&line) {
                return Ok(None);
            }
            if line.too_long {
                self.taking.tally.skip(line.number, "longer than 64 MiB; left out");
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

    /// Nothing more can be read. What is left of a packed file that is damaged is kept: the
    /// next try would come no further.
    fn broke_off(mut self, line: u64, error: io::Error) -> Result<Option<FileReport>> {
        if self.text.packed().is_some() {
            self.flush(line)?;
        }
        Err(failed(&self.wanted.found.path, line, error))
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
        let mut pieces = Pieces::of(bytes, self.form.starts);
        while let Some(piece) = pieces.next() {
            let broken = match piece {
                Piece::Object { range, dirty, heavy } => {
                    let raw = text(&bytes[range.clone()]);
                    match parse(&raw, dirty, heavy) {
                        Ok(fields) => {
                            let new = base + range.start as u64 >= start;
                            self.heavy |= heavy && new;
                            self.records(fields, raw, heavy, new);
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
                self.taking.tally.incomplete_tail = true;
                return Ok(());
            }
            self.taking.tally.skip(line.number, broken);
        }
        line.take_to(line.end(), &mut self.prefix);
        Ok(())
    }

    /// Takes what a line says; makes rows of it if it is `new`.
    fn records(&mut self, fields: Object, raw: Cow<'_, str>, heavy: bool, new: bool) {
        let mut raw = Some(raw);
        for mut record in self.records.take(fields) {
            let of_line = || raw.take().unwrap_or_default();
            let raw = record.raw.take().map_or_else(of_line, Cow::Owned);
            if heavy {
                set_aside(&mut record, raw.len());
            }
            self.taking.record(record, raw, new);
        }
    }

    /// Hands out a batch that is full. The record that filled it ends at `end`.
    fn pause(&mut self, line: &Line<'_>, end: u64) -> Result<()> {
        if !line.ended {
            line.take_to(end, &mut self.prefix);
        }
        if self.heavy || !self.taking.is_full() {
            return Ok(());
        }
        line.take_to(end, &mut self.prefix);
        self.flush(line.number)
    }

    fn checkpoint(&self, line: u64) -> Checkpoint {
        let Wanted { found, secrets } = self.wanted;
        let session = self.taking.session().cloned();
        let prefix = self.text.packed().unwrap_or(&self.prefix);
        Checkpoint::of(found.reader, secrets, prefix, line, self.state, session)
    }

    fn flush(&mut self, line: u64) -> Result<()> {
        let drafts = self.taking.drafts();
        let mut checkpoint = self.checkpoint(line);
        if self.text.packed().is_some() {
            // Not done, and there is no place to go on from.
            checkpoint.length = 0;
        }
        let batch = Batch { drafts, titles: Vec::new(), checkpoint };
        (self.sink)(batch).map_err(|it| refused(&self.wanted.found.path, line, it))
    }

    fn finish(mut self, line: u64, start: u64, odd: bool) -> Result<FileReport> {
        let (done, titles) = self.taking.finish();
        let mut checkpoint = self.checkpoint(line);
        checkpoint.done = done.is_brief().then(|| done.clone());
        let unchanged = start > 0 && start == checkpoint.offset && !odd;
        let batch = Batch { drafts: self.taking.drafts(), titles, checkpoint };
        (self.sink)(batch).map_err(|it| refused(&self.wanted.found.path, line, it))?;
        let report = done.report(&self.wanted.found.path, self.wanted.found.reader, unchanged);
        Ok(FileReport { secrets: self.taking.replaced(), ..report })
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
