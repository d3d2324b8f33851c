//! Who is signed in, and what is being done about it.

use std::collections::BTreeMap;

use driftline_core::Millis;
use serde::Deserialize;

/// Something to do with the account that takes longer than a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Ask who is signed in.
    Look,
    /// Sign in with this provider, in the browser.
    SignIn(String),
    /// Merge what is here with what is there, for the first time.
    Merge,
    /// Take the first merge back.
    Undo,
    /// Sign out, and send first what waits, or keep it here.
    SignOut {
        /// Whether to send it.
        send: bool,
    },
    /// End the sign-in of a device.
    Revoke(String),
    /// End every sign-in but this one.
    RevokeOthers,
}

/// The account, as far as it is known without waiting.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// What there is to sign in to; none where no remote asks for it.
    pub remote: Option<String>,
    /// The ways to sign in: the name and the title of each.
    pub providers: Vec<(String, String)>,
    /// What is under way.
    pub running: Option<Errand>,
    /// The address that it waits for somebody to open.
    pub page: Option<String>,
    /// What the last errand came to.
    pub done: Option<(Errand, Result<Came, String>)>,
    /// Who is signed in, or why nobody is; none before it was asked.
    pub who: Option<Result<Who, String>>,
}

/// Who is signed in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Who {
    /// `provider:account id`.
    pub person: String,
    /// The provider.
    pub provider: String,
    /// The name by which the provider tells them from others.
    pub login: Option<String>,
    /// What they call themselves there.
    pub name: Option<String>,
    /// Their picture, in the folder of the profile.
    pub picture: Option<std::path::PathBuf>,
    /// Whose rows these are; none before the first merge.
    pub bound_to: Option<String>,
    /// Their devices; none if the deployment could not be asked.
    pub devices: Option<Vec<Device>>,
    /// Why it could not.
    pub unreachable: Option<String>,
    /// Where the sign-in is kept.
    pub sign_in_kept_in: String,
    /// What the remote does not have.
    pub unsent: Unsent,
}

/// A device of a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Its id.
    pub device: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// When it last called.
    pub last_contact_at: Millis,
    /// Whether it is signed in.
    pub signed_in: bool,
    /// Whether it is a device that has said what it is.
    pub known: bool,
    /// Whether it is this one.
    pub is_this: bool,
}

/// Rows that the remote does not have as they are here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Unsent {
    /// That wait.
    pub waiting: u64,
    /// That the remote refused.
    pub parked: u64,
    /// That their owner keeps here.
    pub kept: u64,
}

/// What an errand came to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Came {
    /// Who signed in.
    pub person: Option<String>,
    /// The name by which their provider tells them from others.
    pub login: Option<String>,
    /// What a first merge would do.
    pub review: Option<Review>,
    /// What it did.
    pub merged: Option<Merged>,
}

/// What a first merge would do. Nothing has left this machine for it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Review {
    /// By entity.
    pub entities: BTreeMap<String, Counts>,
    /// Rows that seem to hold secrets.
    pub secrets: Vec<serde_json::Value>,
}

/// How the rows of an entity compare.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Only on this device.
    pub only_here: u64,
    /// Only in the cloud.
    pub only_there: u64,
    /// Equal.
    pub same: u64,
    /// That become one without a conflict.
    pub merge: u64,
    /// Of which a value gives way.
    pub conflict: u64,
    /// That their owner keeps here.
    pub kept: u64,
}

/// What a first merge did.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Merged {
    /// The copy that was made before.
    pub backup: Option<String>,
    /// Rows received.
    pub received: u64,
    /// Rows sent.
    pub sent: u64,
}
