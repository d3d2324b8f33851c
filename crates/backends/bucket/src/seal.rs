//! How an object is written: a line that says what it is, and what it holds, compressed. Where a
//! key is given, what it holds is sealed with XChaCha20-Poly1305, and the line, which stays
//! readable, is sealed to it: an object under another name, number or history does not open.

use std::sync::Arc;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use driftline_core::{Env, Result, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    fault,
    space::{FORMAT, Space},
    words,
};

/// How far compression goes: further costs more than it saves.
const LEVEL: i32 = 3;
/// No object holds more than this, whatever it claims.
const LARGEST: usize = 1 << 30;
const NONCE: usize = 24;

/// The key that a bucket is sealed with.
#[derive(Clone)]
pub struct Key {
    bytes: Arc<SecretBytes>,
}

struct SecretBytes([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Another one.
    pub fn draw(env: &dyn Env) -> Self {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&env.random().to_be_bytes());
        }
        Self { bytes: Arc::new(SecretBytes(bytes)) }
    }

    /// The key of these words.
    ///
    /// # Errors
    /// When they are no words of a key: one is missing, or mistyped.
    pub fn of_words(words: &SecretString) -> Result<Self> {
        let bytes = words::read(words).ok_or_else(|| fault::bad_words(words))?;
        Ok(Self { bytes: Arc::new(SecretBytes(bytes)) })
    }

    /// It as words.
    pub fn words(&self) -> SecretString {
        words::words(&self.bytes.0)
    }

    /// What tells whether a key is this one, and nothing else.
    pub(crate) fn check_value(&self) -> String {
        self.derived(b"driftline-key-check")
    }

    /// What stands for the person who has it.
    pub(crate) fn fingerprint(&self) -> String {
        self.derived(b"driftline-key-person")
    }

    /// What objects call it.
    fn id(&self) -> String {
        self.derived(b"driftline-key-id")[..16].to_owned()
    }

    fn derived(&self, purpose: &[u8]) -> String {
        hex(&Sha256::new().chain_update(purpose).chain_update(self.bytes.0).finalize()[..16])
    }
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Entry,
    Pack,
    Snapshot,
}

/// The line before what an object holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u32,
    pub(crate) kind: Kind,
    account: String,
    epoch: String,
    /// The key; none where nothing is sealed.
    key: Option<String>,
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

/// Writes and reads the objects of one space.
#[derive(Clone)]
pub(crate) struct Codec {
    name: String,
    account: String,
    epoch: String,
    key: Option<Key>,
}

impl Codec {
    pub(crate) fn new(name: &str, space: &Space, key: Option<&Key>) -> Self {
        let key = key.filter(|_| space.key.is_some()).cloned();
        let Space { account, epoch, .. } = space.clone();
        Self { name: name.to_owned(), account, epoch, key }
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
        let mut header = self.header(which);
        let Some(key) = &self.key else {
            header.sum = Some(hash(&plain));
            let all = [line(&header), plain].concat();
            return zstd::bulk::compress(&all, LEVEL).map_err(|it| broken(it.to_string()));
        };
        let packed = zstd::bulk::compress(&plain, LEVEL).map_err(|it| broken(it.to_string()))?;
        let line = line(&header);
        let mut nonce = [0; NONCE];
        for part in nonce.chunks_mut(8) {
            part.copy_from_slice(&env.random().to_be_bytes());
        }
        let sealed = cipher(key)
            .encrypt(&XNonce::from(nonce), Payload { msg: &packed, aad: &line })
            .map_err(|it| broken(it.to_string()))?;
        Ok([&line[..], &nonce, &sealed].concat())
    }

    /// What is in an object, and the hash of the entry that its writer saw before it.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        kind: Kind,
        number: u64,
        part: u64,
        bytes: &[u8],
    ) -> Result<(T, String)> {
        let object = format!("{kind:?} {number}").to_lowercase();
        let bad = |found: &str| fault::changed(&self.name, &object, found);
        let unpacked;
        let bytes = match &self.key {
            Some(_) => bytes,
            None => {
                unpacked = unpack(bytes).ok_or_else(|| bad("it is cut, or no object of ours"))?;
                &unpacked
            }
        };
        let end = bytes.iter().take(4096).position(|it| *it == b'\n');
        let end = end.ok_or_else(|| bad("it is cut, or no object of ours"))? + 1;
        let (line, rest) = bytes.split_at(end);
        let header: Header =
            serde_json::from_slice(line).map_err(|_| bad("its first line says nothing"))?;
        if header.format > FORMAT {
            return Err(fault::newer(&self.name, header.format, FORMAT));
        }
        let before = header.before.clone();
        let meant = self.header(Which { kind, number, part, before: &before });
        let is_meant = Header { sum: header.sum.clone(), ..meant } == header;
        if !is_meant {
            return Err(bad("it belongs to another place"));
        }
        let plain = match &self.key {
            Some(key) => self.unseal(key, line, rest).ok_or_else(|| bad("it does not open"))?,
            None if header.sum.as_deref() == Some(&hash(rest)) => rest.to_vec(),
            None => return Err(bad("its sum is another one")),
        };
        let holds = serde_json::from_slice(&plain).map_err(|it| bad(&it.to_string()))?;
        Ok((holds, before))
    }

    fn unseal(&self, key: &Key, line: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: line };
        unpack(&cipher(key).decrypt(&XNonce::from(nonce), payload).ok()?)
    }

    fn header(&self, which: Which<'_>) -> Header {
        let Which { kind, number, part, before } = which;
        Header {
            format: FORMAT,
            kind,
            account: self.account.clone(),
            epoch: self.epoch.clone(),
            key: self.key.as_ref().map(Key::id),
            number,
            part,
            before: before.to_owned(),
            sum: None,
        }
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.bytes.0.into())
}

fn line(header: &Header) -> Vec<u8> {
    let mut line = serde_json::to_vec(header).unwrap_or_default();
    line.push(b'\n');
    line
}

/// It may claim any length, so what it grows to is bounded.
fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;
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
