//! What the functions answer, read as plain data of the engine. Everything in it is
//! checked here; nothing of an answer that makes no sense is used.

use std::collections::BTreeMap;

use driftline_convex_client::Whole;
use driftline_core::{Answer, Digests, Identity, Millis, Seq, excerpt};
use serde::Deserialize;

/// The longest name of a person, account or epoch, in bytes.
const NAME: usize = 512;
/// The longest reason for a refusal that is kept, in characters.
const REASON: usize = 300;

#[derive(Deserialize)]
pub(crate) struct WireIdentity {
    person: String,
    account: String,
    epoch: String,
}

impl WireIdentity {
    pub(crate) fn read(self) -> Result<Identity, String> {
        let Self { person, account, epoch } = self;
        for name in [&person, &account, &epoch] {
            if name.is_empty() || name.len() > NAME || name.chars().any(char::is_control) {
                return Err(format!("`{}` cannot be an identity", excerpt(name)));
            }
        }
        Ok(Identity { person, account, epoch })
    }
}

#[derive(Deserialize)]
pub(crate) struct WirePage {
    pub(crate) protocol: Whole,
    pub(crate) identity: WireIdentity,
    pub(crate) head: Whole,
    pub(crate) next: Whole,
    pub(crate) changes: Vec<String>,
    pub(crate) digests: Option<WireDigests>,
    pub(crate) time: Option<Whole>,
}

#[derive(Deserialize)]
pub(crate) struct WireAnswers {
    pub(crate) identity: WireIdentity,
    pub(crate) head: Whole,
    pub(crate) answers: Vec<WireAnswer>,
    pub(crate) recorded: Vec<(Whole, String)>,
    pub(crate) digests: WireDigests,
    pub(crate) time: Option<Whole>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum WireAnswer {
    Accepted { seq: Whole, hash: Hex },
    ClockAhead { fields: Vec<String> },
    NeedWhole,
    NeedChunks { hashes: Vec<String> },
    Refused { reason: String },
}

impl WireAnswer {
    /// As the engine takes it; none if it asks for chunks, which are this crate's own.
    pub(crate) fn read(self) -> Option<Answer> {
        Some(match self {
            Self::Accepted { seq, hash } => Answer::Accepted { seq: Seq(seq.0), hash: hash.0 },
            Self::ClockAhead { fields } => Answer::ClockAhead { fields },
            Self::NeedWhole => Answer::NeedWhole,
            Self::Refused { reason } => Answer::Refused { reason: tame(&reason) },
            Self::NeedChunks { .. } => return None,
        })
    }
}

/// A reason that is shown to a person: of a bounded length, and without anything that
/// drives a terminal.
fn tame(reason: &str) -> String {
    reason.chars().take(REASON).map(|it| if it.is_control() { ' ' } else { it }).collect()
}

pub(crate) type WireDigests = BTreeMap<String, Hex>;

pub(crate) fn digests(wire: WireDigests) -> Digests {
    wire.into_iter().map(|(entity, sum)| (entity, sum.0)).collect()
}

/// 64 bits as 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Hex(u64);

impl TryFrom<String> for Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        if text.len() != 16 || !text.bytes().all(plain) {
            return Err("a hash has 16 hexadecimal digits");
        }
        u64::from_str_radix(&text, 16).map(Self).map_err(|_| "a hash is too long")
    }
}

#[derive(Deserialize)]
pub(crate) struct Missing {
    pub(crate) missing: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Stored {
    pub(crate) hashes: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Chunks {
    pub(crate) chunks: Vec<Option<String>>,
}

/// The time in an answer, or else the one in its header.
pub(crate) fn time(body: Option<Whole>, header: Option<Millis>) -> Option<Millis> {
    body.map(|it| it.0).or(header)
}
