//! Where the lists of an export are: in a file of their own, or in a zip archive among other
//! files. Nothing of an archive is unpacked but the lists, and nothing is written.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder,
};

use crate::{
    List,
    open::open,
    read::bounded::{Bounded, most},
};

/// How much of a list is looked at to tell whose it is, in bytes.
const BEGINNING: u64 = 64 << 10;

/// How many lists an archive may have.
const MOST: usize = 10_000;

/// What is in a file.
pub(super) enum Source {
    /// The list itself.
    Plain(File),
    /// An archive, and where in it lists are.
    Archive(Box<ZipArchive<FileReader>>, Vec<Member>),
}

/// A list in an archive.
pub(super) struct Member {
    at: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
}

impl Source {
    pub(super) fn of(mut file: File, list: &List) -> io::Result<Self> {
        let mut first = Vec::new();
        file.by_ref().take(4).read_to_end(&mut first)?;
        file.seek(SeekFrom::Start(0))?;
        if !first.starts_with(b"PK") {
            return Ok(Self::Plain(file));
        }
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let archive = ZipArchive::from_file(file, &mut buffer).map_err(broken)?;
        let mut members = Vec::new();
        let mut entries = archive.entries(&mut buffer);
        while let Some(entry) = entries.next_entry().map_err(broken)? {
            let path = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
            let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
            if (list.named)(name) && members.len() < MOST {
                let member = Member { at: entry.wayfinder(), method: entry.compression_method() };
                members.push((path, member));
            }
        }
        // Archives keep their files in any order.
        members.sort_by(|one, other| one.0.cmp(&other.0));
        let members = members.into_iter().map(|it| it.1).collect();
        Ok(Self::Archive(Box::new(archive), members))
    }

    /// Hands over the text of each list, until `take` has enough.
    pub(super) fn each<E: From<io::Error>>(
        &self,
        length: u64,
        mut take: impl FnMut(&mut dyn Read) -> Result<(), E>,
    ) -> Result<(), E> {
        let (archive, members) = match self {
            // A file that grows faster than it is read must end somewhere.
            Self::Plain(file) => return take(&mut file.take(length)),
            Self::Archive(archive, members) => (archive, members),
        };
        let mut left = most(length);
        for member in members {
            let entry = archive.get_entry(member.at).map_err(broken)?;
            let packed = BufReader::new(entry.reader());
            let text: Box<dyn Read + '_> = match member.method {
                CompressionMethod::STORE => Box::new(packed),
                CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
                _ => return Err(io::Error::other("it is packed in a way that is not read").into()),
            };
            let mut text = Bounded::of(entry.verifying_reader(text), left);
            take(&mut text)?;
            left = text.left();
        }
        Ok(())
    }
}

fn broken(error: rawzip::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

impl List {
    /// Whether such lists are in the file at `path`: its name is theirs or an archive's, and
    /// the first of them begins as they do.
    pub fn is_in(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let is_archive = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("zip"));
        if !is_archive && !(self.named)(name) {
            return false;
        }
        let Ok(file) = open(path) else { return false };
        let length = file.metadata().map_or(0, |it| it.len());
        let mut first = Vec::new();
        // The first one says enough.
        let stop = || io::Error::other("enough");
        let _ = Source::of(file, self).and_then(|it| {
            it.each(length, |text| {
                text.take(BEGINNING).read_to_end(&mut first)?;
                if first.len() > 2 { Err(stop()) } else { Ok(()) }
            })
        });
        String::from_utf8_lossy(&first).contains(self.mark)
    }
}
