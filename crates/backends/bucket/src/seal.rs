//! How an object is written: a line that says what it is, and what it holds, compressed. Where a
//! key is given, what it holds is sealed with XChaCha20-Poly1305, and the line, which stays
//! readable, is sealed to it: an object under another name, number or history does not open.

use driftline_core::{Env, Result};
use driftline_sealing::Key;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    fault,
    ring::Ring,
    space::{Any, FORMAT, Space},
};

/// How far compression goes: further costs more than it saves, except in a pack, which is written
/// once and read by every new device.
const LEVEL: i32 = 3;
const LEVEL_OF_PACKS: i32 = 9;
/// No object holds more than this, whatever it claims.
const LARGEST: usize = 1 << 30;
/// Up to here, room is made at once for what an object claims to hold.
const LIKELY: usize = 32 << 20;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Entry,
    /// An entry that changes the key.
    Rotation,
    Pack,
    Snapshot,
    /// The keys before one, sealed with that one.
    Keys,
    /// What a device puts down that lacks an entry.
    Wanted,
}

/// The line before what an object holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u32,
    pub(crate) kind: Kind,
    account: String,
    epoch: String,
    /// The key; none where nothing is sealed.
    pub(crate) key: Option<String>,
    pub(crate) number: u64,
    part: u64,
    /// The hash of the entry before.
    pub(crate) before: String,
    /// The hash of what it holds, where nothing is sealed.
    sum: Option<String>,
}

/// Which object is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Which<'a> {
    pub(crate) kind: Kind,
    pub(crate) number: u64,
    pub(crate) part: u64,
    pub(crate) before: &'a str,
}

/// An object that was opened.
pub(crate) struct Open<T> {
    pub(crate) holds: T,
    /// The hash of the entry that its writer saw before it.
    pub(crate) before: String,
    /// It is sealed with the key that is due at its number, and not with a former one.
    pub(crate) is_current: bool,
}

/// Writes and reads the objects of one space.
#[derive(Clone)]
pub(crate) struct Codec {
    name: String,
    account: String,
    epoch: String,
    /// The keys; none where nothing is sealed.
    pub(crate) ring: Option<Ring>,
}

impl Codec {
    pub(crate) fn new(name: &str, space: &Space, ring: Option<Ring>) -> Self {
        let Space { account, epoch, .. } = space.clone();
        Self { name: name.to_owned(), account, epoch, ring }
    }

    /// What the key is called that is due after entry `number`.
    pub(crate) fn key_after(&self, number: u64) -> Option<String> {
        Some(self.ring.as_ref()?.due(Kind::Snapshot, number).id())
    }

    /// The bytes of an object.
    pub(crate) fn seal<T: Serialize>(
        &self,
        which: Which<'_>,
        holds: &T,
        env: &dyn Env,
    ) -> Result<Vec<u8>> {
        let broken = |error: String| fault::changed(&self.name, "what is written", &error);
        let plain = serde_json::to_vec(holds).map_err(|it| broken(it.to_string()))?;
        let key = self.ring.as_ref().map(|it| it.due(which.kind, which.number));
        let level = if which.kind == Kind::Pack { LEVEL_OF_PACKS } else { LEVEL };
        let mut header = self.header_of(which, key);
        let Some(key) = key else {
            header.sum = Some(hash(&plain));
            let all = [line(&header), plain].concat();
            return zstd::bulk::compress(&all, level).map_err(|it| broken(it.to_string()));
        };
        let packed = zstd::bulk::compress(&plain, level).map_err(|it| broken(it.to_string()))?;
        let line = line(&header);
        let sealed =
            key.seal(&packed, &line, env).ok_or_else(|| broken("it is too long".into()))?;
        Ok([line, sealed].concat())
    }

    /// What an object that is sealed says of itself. It is proved only once the object is opened.
    pub(crate) fn header(&self, object: &str, bytes: &[u8]) -> Result<Header> {
        Ok(self.split(object, bytes)?.0)
    }

    fn split<'a>(&self, object: &str, bytes: &'a [u8]) -> Result<(Header, &'a [u8], &'a [u8])> {
        let bad = |found: &str| fault::changed(&self.name, object, found);
        let end = bytes.iter().take(4096).position(|it| *it == b'\n');
        let end = end.ok_or_else(|| bad("it is cut, or no object of ours"))? + 1;
        let (line, rest) = bytes.split_at(end);
        // Another format may have other fields and kinds, so it is read by itself.
        let nothing = |_| bad("its first line says nothing");
        let Any { format } = serde_json::from_slice(line).map_err(nothing)?;
        if format > FORMAT {
            return Err(fault::newer(&self.name, format, FORMAT));
        }
        let header: Header = serde_json::from_slice(line).map_err(nothing)?;
        Ok((header, line, rest))
    }

    /// What is in an object.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        kind: Kind,
        number: u64,
        part: u64,
        bytes: &[u8],
    ) -> Result<Open<T>> {
        let object = format!("{kind:?} {number}").to_lowercase();
        let bad = |found: &str| fault::changed(&self.name, &object, found);
        let unpacked;
        let bytes = match &self.ring {
            Some(_) => bytes,
            None => {
                unpacked = unpack(bytes).ok_or_else(|| bad("it is cut, or no object of ours"))?;
                &unpacked
            }
        };
        let (header, line, rest) = self.split(&object, bytes)?;
        let key = match (&self.ring, &header.key) {
            (Some(ring), Some(id)) => {
                Some(ring.named(id).ok_or_else(|| fault::unknown_key(&self.name, id))?)
            }
            _ => None,
        };
        let before = header.before.clone();
        let meant = self.header_of(Which { kind, number, part, before: &before }, key);
        if (Header { sum: header.sum.clone(), ..meant }) != header {
            return Err(bad("it belongs to another place"));
        }
        let plain = match (&self.ring, key) {
            (Some(_), Some(key)) => key
                .open(rest, line)
                .and_then(|it| unpack(&it))
                .ok_or_else(|| bad("it does not open"))?,
            (None, _) if header.sum.as_deref() == Some(&hash(rest)) => rest.to_vec(),
            (None, _) => return Err(bad("its sum is another one")),
            (Some(_), None) => return Err(bad("it is not sealed")),
        };
        let holds = serde_json::from_slice(&plain).map_err(|it| bad(&it.to_string()))?;
        let due = self.ring.as_ref().map(|it| it.due(kind, number).id());
        Ok(Open { holds, before, is_current: due == header.key })
    }

    fn header_of(&self, which: Which<'_>, key: Option<&Key>) -> Header {
        let Which { kind, number, part, before } = which;
        Header {
            format: FORMAT,
            kind,
            account: self.account.clone(),
            epoch: self.epoch.clone(),
            key: key.map(Key::id),
            number,
            part,
            before: before.to_owned(),
            sum: None,
        }
    }
}

fn line(header: &Header) -> Vec<u8> {
    let mut line = serde_json::to_vec(header).unwrap_or_default();
    line.push(b'\n');
    line
}

/// It may claim any length, so what it grows to is bounded.
fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;
    let claimed = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    if let Some(length) = claimed.and_then(|it| usize::try_from(it).ok()).filter(|it| *it <= LIKELY)
    {
        return zstd::bulk::decompress(bytes, length).ok();
    }
    let mut all = Vec::new();
    let reader = zstd::stream::read::Decoder::new(bytes).ok()?;
    reader.take(LARGEST as u64).read_to_end(&mut all).ok()?;
    Some(all)
}

/// The hash of some bytes, as text.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}
