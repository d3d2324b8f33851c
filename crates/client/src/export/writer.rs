//! Writes an export file: beside its place, and there only once it is whole, so that nobody
//! takes a half for the whole or loses what had that name.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use driftline_core::{Error as CoreError, Millis, device::Exported};
use tempfile::NamedTempFile;
use zstd::Encoder;

use super::format::{Counts, End, Header, Sums};
use crate::{
    Error,
    error::{Context as _, Result},
    time,
};

/// How the names of packed files end.
const PACKED: &str = "zst";

/// How hard a packed file is packed: by far the most of what it can be costs little.
const LEVEL: i32 = 3;

/// A file that is being written. Dropped before it is finished, it leaves nothing.
pub(crate) struct Writer {
    path: PathBuf,
    temporary: NamedTempFile,
    to: To,
    sums: Sums,
}

enum To {
    Plain(BufWriter<File>),
    Packed(Encoder<'static, BufWriter<File>>),
}

impl Write for To {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(it) => it.write(bytes),
            Self::Packed(it) => it.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(it) => it.flush(),
            Self::Packed(it) => it.flush(),
        }
    }
}

impl Writer {
    /// Begins a file at `path` with its first line. `rows`: how many there are to come, as
    /// far as it is known.
    ///
    /// # Errors
    /// [`Error::Exists`], or when it cannot be written.
    pub(crate) fn create(path: &Path, rows: Counts, now: Millis) -> Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(Error::Exists(path.to_owned()));
        }
        let begin = || {
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            // Its owner's alone from the first byte on.
            let temporary =
                tempfile::Builder::new().prefix(".driftline-export-").tempfile_in(folder)?;
            let file = BufWriter::new(temporary.as_file().try_clone()?);
            let is_packed = path.extension().is_some_and(|it| it == PACKED);
            let mut to = match is_packed {
                true => To::Packed(Encoder::new(file, LEVEL)?),
                false => To::Plain(file),
            };
            line(&mut to, &Header::new(rows, time::iso(now).unwrap_or_default()))?;
            Ok::<_, io::Error>((temporary, to))
        };
        let (temporary, to) = begin().with_context(|| cannot(path))?;
        Ok(Self { path: path.to_owned(), temporary, to, sums: Sums::default() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn row(&mut self, row: &Exported) -> driftline_core::Result<()> {
        self.sums.add(row);
        line(&mut self.to, row).map_err(|error| CoreError::Store {
            what: format!("{} cannot be written", self.path.display()),
            help: "free some space, or name a file elsewhere".into(),
            source: Some(error.into()),
        })
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.sums.count()
    }

    /// Ends the file with its last line, and gives it its name. Returns what the rows add up
    /// to, and how many bytes the file is.
    ///
    /// # Errors
    /// When it cannot be written, or something else has its name by now.
    pub(crate) fn finish(self) -> Result<(Sums, u64)> {
        let Self { path, temporary, mut to, sums } = self;
        let end = End { end: sums };
        let written = line(&mut to, &end).and_then(|()| {
            let file = match to {
                To::Plain(file) => file,
                To::Packed(encoder) => encoder.finish()?,
            };
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            Ok(file.metadata()?.len())
        });
        let bytes = written.with_context(|| cannot(&path))?;
        temporary.persist_noclobber(&path).map_err(|it| match it.error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists(path.clone()),
            _ => Error::System { what: cannot(&path), source: Some(it.error.into()) },
        })?;
        Ok((end.end, bytes))
    }
}

fn line(to: &mut To, it: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, it)?;
    to.write_all(b"\n")
}

fn cannot(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}
