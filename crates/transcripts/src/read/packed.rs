//! Files that an agent packed with zstd when it had done with them: the same lines, unpacked
//! as they are read. The first bytes tell, because a person may have renamed the file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::{
    bounded::{Bounded, most},
    ends,
};
use crate::checkpoint::{EDGE, Prefix};

/// How far back a packed text may refer, in bytes: what every program has to follow. It is
/// held in memory.
const WINDOW: u64 = 8 << 20;

/// A file of lines as it was when it was opened, packed or not.
pub(super) struct Text {
    file: File,
    length: u64,
    packed: Option<Prefix>,
}

impl Text {
    pub(super) fn of(mut file: File, length: u64) -> io::Result<Self> {
        let (first, last) = ends(&mut file, length, EDGE)?;
        let packed = is_packed(&first).then(|| {
            let mut prefix = Prefix::default();
            prefix.between(length, first, last);
            prefix
        });
        Ok(Self { file, length, packed })
    }

    /// What stands for the whole file if it is packed. Places in its text are none in the
    /// file, and nobody appends to it.
    pub(super) fn packed(&self) -> Option<&Prefix> {
        self.packed.as_ref()
    }

    /// The text from its start. A file that grows faster than it is read must end somewhere.
    pub(super) fn read(&self) -> io::Result<Box<dyn Read + '_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        let bytes = file.take(self.length);
        if self.packed.is_none() {
            return Ok(Box::new(bytes));
        }
        let text = Unpacked::of(BufReader::new(bytes));
        Ok(Box::new(Bounded::of(text, most(self.length))))
    }
}

/// Whether a file begins as zstd's frames do, or as those that hold something else.
fn is_packed(first: &[u8]) -> bool {
    matches!(first, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// The content of one frame after the other.
struct Unpacked<R> {
    frames: R,
    frame: FrameDecoder,
}

impl<R: BufRead> Unpacked<R> {
    fn of(frames: R) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(WINDOW);
        Self { frames, frame }
    }

    fn next_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.frames) {
            Ok(()) => Ok(()),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = u64::from(length);
                let passed = io::copy(&mut self.frames.by_ref().take(length), &mut io::sink())?;
                if passed == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            }
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            if !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.frame
                    .decode_blocks(&mut self.frames, one)
                    .map_err(|it| io::Error::new(io::ErrorKind::InvalidData, it))?;
            } else if self.frames.fill_buf()?.is_empty() {
                return Ok(0);
            } else {
                self.next_frame()?;
            }
        }
        self.frame.read(into)
    }
}
