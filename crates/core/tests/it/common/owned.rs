//! Entities whose rows own each other, some of them under a key.

use driftline_core::Id;
use driftline_derive::SyncEntity;

use super::{Device, Line};

/// A tab of a folder, which can be moved to another.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "tabs")]
pub struct Tab {
    /// The folder it belongs to.
    #[sync(owner = "folders")]
    pub folder: Option<Id>,
    /// What it says.
    pub text: Option<String>,
    /// What it says here.
    #[sync(local)]
    pub draft: Option<String>,
}

/// A footnote of a line.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "footnotes")]
pub struct Footnote {
    /// The line it belongs to.
    #[sync(owner = "lines")]
    pub line: Option<Id>,
    /// What it says.
    pub text: Option<String>,
}

/// A page of a folder, known by its address, which can be moved to another folder.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "sites")]
pub struct Site {
    /// Where it is.
    #[sync(key)]
    pub address: Option<String>,
    /// The folder it belongs to.
    #[sync(owner = "folders")]
    pub folder: Option<Id>,
    /// The tab that shows it.
    #[sync(refers = "tabs")]
    pub tab: Option<Id>,
}

/// A branch of another one.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "branches")]
pub struct Branch {
    /// The branch it belongs to.
    #[sync(owner = "branches")]
    pub parent: Option<Id>,
}

pub fn line(device: &Device, folder: Id, text: &str) -> Id {
    device.env.pass(10);
    let line = Line { folder: Some(folder), text: Some(text.into()) };
    device.replica.create(&line).unwrap()
}

pub fn footnote(device: &Device, line: Id, text: &str) -> Id {
    device.env.pass(10);
    let footnote = Footnote { line: Some(line), text: Some(text.into()) };
    device.replica.create(&footnote).unwrap()
}

pub fn site(device: &Device, address: &str, folder: Id) -> Id {
    device.env.pass(10);
    let site = Site { address: Some(address.into()), folder: Some(folder), tab: None };
    device.replica.create(&site).unwrap()
}
