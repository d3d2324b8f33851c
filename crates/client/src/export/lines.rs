//! Reads the lines of an export file. Whoever made it may have made it to do harm, so a line
//! is bounded before it is looked at, and read as a row only if it cannot take more memory
//! than that.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use driftline_core::{PURGED, Value, device::Exported, excerpt, is_plain_name};

use super::format::{End, Header, Sums};
use crate::{Error, Result, error::Context as _};

/// The longest line: a row of the most that any hub takes, and as much that stays here.
const LONGEST: u64 = 128 << 20;

/// The most values of a line: each takes many times the memory that its text does.
const MOST_VALUES: usize = 1_000_000;

/// How deep a value of a row can be nested. Stores take no more.
const DEPTH: usize = 124;

/// The longest first line that is looked at to tell what a file is.
const GLANCE: u64 = 64 << 10;

const CUT_OFF: &str = "the file ends here and should go on: it was cut off";

/// How a packed file begins.
const PACKED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The lines of a file.
pub(super) struct Lines {
    path: PathBuf,
    from: Box<dyn BufRead>,
    is_packed: bool,
    text: Vec<u8>,
    /// Whether the line that was read last has its end.
    is_whole: bool,
    /// Which one that is; the first is 1.
    number: u64,
}

/// A line after the first.
pub(super) enum Line {
    /// A row, and about how many bytes it is.
    Row(Box<Exported>, usize),
    /// The last line.
    End(Sums),
}

/// Whether the file at `path` is an export file, by how it begins; or one that is packed and
/// cannot be unpacked, because it may have been one.
///
/// # Errors
/// When it cannot be read.
pub fn is_export(path: &Path) -> Result<bool> {
    match Lines::open(path)?.first() {
        Ok(_) | Err(Error::BadLine { .. }) => Ok(true),
        Err(Error::NoExport(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || {
            let mut file = BufReader::new(File::open(path)?);
            let is_packed = file.fill_buf()?.starts_with(&PACKED);
            let from: Box<dyn BufRead> = match is_packed {
                true => Box::new(BufReader::new(zstd::Decoder::with_buffer(file)?)),
                false => Box::new(file),
            };
            Ok::<_, io::Error>((from, is_packed))
        };
        let (from, is_packed) =
            open().with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            from,
            is_packed,
            text: Vec::new(),
            is_whole: true,
            number: 0,
        })
    }

    /// Reads the first line.
    ///
    /// # Errors
    /// [`Error::NoExport`] if it is that of another kind of file, [`Error::BadLine`] if the
    /// file is packed and cannot be unpacked.
    pub(super) fn first(&mut self) -> Result<Header> {
        let text = match self.read(GLANCE) {
            Ok(_) => str::from_utf8(&self.text).ok(),
            Err(error) if self.is_packed => {
                return Err(self.bad(&format!("the file cannot be unpacked: {error}")));
            }
            Err(_) => None,
        };
        text.and_then(Header::read).ok_or_else(|| Error::NoExport(self.path.clone()))
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// [`Error::BadLine`].
    pub(super) fn next(&mut self) -> Result<Line> {
        match self.read(LONGEST) {
            Ok(true) => (),
            Ok(false) => return Err(self.bad(CUT_OFF)),
            Err(error) => return Err(self.bad(&format!("the file cannot be read on: {error}"))),
        }
        let Ok(text) = str::from_utf8(&self.text) else {
            return Err(self.bad("it is not UTF-8"));
        };
        if text.starts_with(End::BEGINS) {
            let end: End = serde_json::from_str(text).map_err(|it| self.broken(&it))?;
            return Ok(Line::End(end.end));
        }
        if values(text) > MOST_VALUES {
            return Err(self.bad(&format!("it holds more than {MOST_VALUES} values")));
        }
        let row: Exported = serde_json::from_str(text).map_err(|it| self.broken(&it))?;
        let names = row.row.cells().map(|(field, _)| field).chain(row.local.keys());
        let is_odd = |it: &&str| !is_plain_name(it) && *it != PURGED;
        let odd = names.map(AsRef::as_ref).chain([row.entity.as_str()]).find(is_odd);
        if let Some(name) = odd {
            return Err(self.bad(&format!("`{}` cannot be a name", excerpt(name))));
        }
        let is_deep = |it: &Value| !is_shallow(it, DEPTH);
        if row.row.cells().any(|(_, cell)| is_deep(&cell.value)) || row.local.values().any(is_deep)
        {
            return Err(self.bad(&format!("a value is nested more than {DEPTH} levels deep")));
        }
        Ok(Line::Row(Box::new(row), text.len()))
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.from.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    /// That the line read last is wrong.
    pub(super) fn bad(&self, reason: &str) -> Error {
        let (path, reason) = (self.path.clone(), reason.to_owned());
        Error::BadLine { path, line: self.number, reason, joined: 0 }
    }

    fn broken(&self, error: &serde_json::Error) -> Error {
        if !self.is_whole {
            return self.bad(CUT_OFF);
        }
        let (text, at) = (error.to_string(), error.column());
        let what = text.rsplit_once(" at line ").map_or(&*text, |(what, _)| what);
        self.bad(&format!("it is not written as a row, at character {at}: {}", excerpt(what)))
    }

    /// Reads a line without its end. Returns whether there was one.
    fn read(&mut self, longest: u64) -> io::Result<bool> {
        self.number += 1;
        self.text.clear();
        // One that was long must not be kept for all that follow.
        self.text.shrink_to(1 << 20);
        let read = self.from.by_ref().take(longest + 1).read_until(b'\n', &mut self.text)?;
        self.is_whole = self.text.pop_if(|it| *it == b'\n').is_some();
        if !self.is_whole && read as u64 > longest {
            return Err(io::Error::other(format!("a line is longer than {longest} bytes")));
        }
        Ok(read > 0)
    }
}

/// About how many values a text of JSON holds; never less.
fn values(text: &str) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => count += 1,
            _ => (),
        }
    }
    count
}

fn is_shallow(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|it| is_shallow(it, depth - 1)),
        Value::Object(fields) => depth > 0 && fields.values().all(|it| is_shallow(it, depth - 1)),
        _ => true,
    }
}
