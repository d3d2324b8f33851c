//! The object that says whose bucket this is. Only setting up creates it, so that an empty or
//! foreign place is never filled by a sync.

use driftline_core::{Env, Result};
use driftline_sealing::Key;
use serde::{Deserialize, Serialize};

use crate::{
    fault,
    seal::{hash, hex},
};

/// The format of what is written.
pub(crate) const FORMAT: u32 = 1;

/// What stays where it is in every format of every object.
#[derive(Deserialize)]
pub(crate) struct Any {
    pub(crate) format: u32,
}

/// A space as its object.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    space: Space,
    /// The hash of the rest. Without it, a changed epoch would look like an empty bucket.
    #[serde(default)]
    sum: Option<String>,
}

/// Whose bucket it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// The format of everything else.
    pub format: u32,
    /// The person: a name that follows from the first key, or that the first device drew. It stays
    /// when the place is filled again.
    pub person: String,
    /// The account, drawn with the space.
    pub account: String,
    /// The epoch, drawn with the space.
    pub epoch: String,
    /// What a key must have to be the one that this is sealed with; none if nothing is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Space {
    /// A new one: of `person` if it is theirs again, whatever key they have by now; else of
    /// whoever has this key.
    pub(crate) fn draw(key: Option<&Key>, person: Option<String>, env: &dyn Env) -> Self {
        let name = || format!("{:016x}{:016x}", env.random(), env.random());
        let of_key = || match key {
            Some(key) => format!("key:{}", key.fingerprint()),
            None => format!("bucket:{}", name()),
        };
        let person = person.unwrap_or_else(of_key);
        let (account, epoch) = (name(), name());
        Self { format: FORMAT, person, account, epoch, key: key.map(Key::check_value) }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let written = Written { space: self.clone(), sum: Some(self.sum()) };
        serde_json::to_vec_pretty(&written).unwrap_or_default()
    }

    fn sum(&self) -> String {
        let Self { format, person, account, epoch, key } = self;
        let key = key.as_deref().unwrap_or_default();
        hash([&format.to_string()[..], person, account, epoch, key].join("\n").as_bytes())
    }

    pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let is_page = bytes.trim_ascii_start().starts_with(b"<");
        let bad = |error: serde_json::Error| match is_page {
            true => fault::is_page(name),
            false => fault::changed(name, "space.json", &error.to_string()),
        };
        let Any { format } = serde_json::from_slice(bytes).map_err(bad)?;
        if format > FORMAT {
            return Err(fault::newer(name, format, FORMAT));
        }
        let Written { space, sum } = serde_json::from_slice(bytes).map_err(bad)?;
        if sum.is_some_and(|it| it != space.sum()) {
            return Err(fault::changed(name, "space.json", "its sum is another one"));
        }
        let is_name = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_name(&space.account) || !is_name(&space.epoch) {
            return Err(fault::changed(name, "space.json", "its account or epoch is no name"));
        }
        Ok(space)
    }
}

/// Random bytes as a name.
pub(crate) fn random_name(env: &dyn Env) -> String {
    hex(&[env.random().to_be_bytes(), env.random().to_be_bytes()].concat())
}
