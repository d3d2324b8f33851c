//! Who sits in front of an operation: a person at a terminal, or a page. An operation tells
//! them how far it is and asks what it may not decide; in which words is their business.

use std::path::Path;

use driftline_auth::{Error as AuthError, ProviderPlugin};
use driftline_core::{Progress, SecretString, Tried};
use url::Url;

use crate::{
    Result,
    account::{Looking, Review},
    purge::{Plan, Trash},
    resume::Resumption,
};

/// Answers an operation.
pub trait Ask: Sync {
    /// Hears that something was done, or how far it is.
    ///
    /// # Errors
    /// When nobody is there to hear it any more: the operation ends where that loses nothing.
    fn told(&self, _step: Step<'_>) -> Result<()> {
        Ok(())
    }

    /// Whether the operation may go on.
    ///
    /// # Errors
    /// When the question cannot be asked.
    fn agrees(&self, _question: Question<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The secret `name` of a remote, which is `what`; none if nobody types it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn secret(&self, _name: &str, _what: &str) -> Result<Option<SecretString>> {
        Ok(None)
    }

    /// The code that a person reads from the page they were shown; none if nobody types it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn code(&self) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Something that was done, or how far it is.
#[non_exhaustive]
pub enum Step<'a> {
    /// Another process syncs the profile; it is waited for.
    Waiting,
    /// Rows are exchanged with the remote.
    Syncing(Progress),
    /// A person of this machine has to open `page`, which no other program may learn of.
    Open {
        /// With whom they sign in.
        provider: &'static ProviderPlugin,
        /// Where.
        page: &'a Url,
    },
    /// Nobody has to go to that page any more.
    Opened,
    /// A person has to open `page` on any machine, and to read a code from it.
    ReadCode {
        /// Where.
        page: &'a Url,
    },
    /// A person has to open `page` on any machine, and to type `code` there.
    TypeCode {
        /// Where.
        page: &'a Url,
        /// What.
        code: &'a str,
    },
    /// What was typed is not the code; it may be typed again.
    WrongCode,
    /// The picture of who signed in could not be had.
    NoPicture(&'a AuthError),
    /// A place was tried out as a remote.
    Tried {
        /// What a person calls it.
        remote: &'a str,
        /// What it has shown.
        tried: &'a Tried,
    },
    /// The words of a new key. Without them no other device can read the remote, and nobody
    /// can once this one is lost.
    Key(&'a str),
    /// Somebody is signed in.
    SignedIn {
        /// Where.
        remote: &'a str,
        /// Who, as nobody else can be called.
        who: &'a str,
        /// Where the sign-in is kept.
        kept_in: &'a str,
        /// Whether nothing was merged with their rows yet.
        is_first: bool,
    },
    /// The remote was not told that a sign-in is over.
    NotToldOfEnd {
        /// The remote.
        remote: &'a str,
    },
    /// How far a look at what a first merge would do is.
    Looking(Looking),
    /// What a first merge would do.
    Reviewed(&'a Review),
    /// Something has changed since; what it would do now follows.
    Changed,
    /// So many rows are gone for good. The remote and the files of the profile come next.
    Purged {
        /// How many.
        rows: u64,
    },
    /// Everything is copied.
    Copied(&'a Path),
}

/// What an operation may not decide.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Question<'a> {
    /// Whether to merge with the account of somebody for the first time.
    Merge {
        /// Who, as nobody else can be called.
        who: &'a str,
    },
    /// Whether the account of somebody whom this profile has never met is the person's own:
    /// another one may have signed in in their place.
    IsYours {
        /// Who, as nobody else can be called.
        who: &'a str,
    },
    /// Whether to merge with what a remote holds for the first time.
    Connect {
        /// What a person calls it.
        remote: &'a str,
        /// Whose remote the rows leave for it, if they were with one.
        leaves: Option<&'a str>,
    },
    /// Whether a remote may erase the account of somebody.
    Erase {
        /// Who, as nobody else can be called.
        who: &'a str,
        /// What a person calls the remote.
        remote: &'a str,
    },
    /// Whether this may be purged for good.
    Purge(&'a Plan),
    /// Whether all of this may be purged for good.
    Empty(&'a Trash),
    /// Whether an agent may be given a session as planned.
    Resume(&'a Resumption),
}

/// Hears everything, says nothing and agrees to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Ask for Quiet {}
