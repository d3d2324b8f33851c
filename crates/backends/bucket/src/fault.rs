//! What is said when the store of objects, or what is in it, is not as it should be.

use driftline_core::{Error, ExposeSecret as _, SecretString, excerpt};
use object_store::Error as Cause;

/// What became of a call, for a person.
pub(crate) fn failed(name: &str, error: Cause) -> Error {
    let (what, help) = match &error {
        Cause::Unauthenticated { .. } => (
            format!("{name} does not accept the credentials"),
            "check the access key, its secret and the region, and connect again",
        ),
        Cause::PermissionDenied { .. } => (
            format!("{name} does not permit what syncing needs"),
            "let these credentials list, read, write and delete there; a folder must be writable",
        ),
        Cause::NotImplemented { .. } | Cause::NotSupported { .. } => (
            format!("{name} lacks what syncing needs: creating an object only if it is absent"),
            "choose another store, such as S3, R2, Google Cloud Storage or Azure",
        ),
        Cause::InvalidPath { .. } | Cause::UnknownConfigurationKey { .. } => {
            (format!("{name} is no place for a bucket"), "check its address")
        }
        _ => {
            let source = Some(error.into());
            return Error::Unavailable { remote: name.to_owned(), retry_after: None, source };
        }
    };
    Error::Store { what, help: help.into(), source: Some(error.into()) }
}

/// There is no space.
pub(crate) fn nothing_here(name: &str) -> Error {
    Error::Store {
        what: format!("nothing of yours is at {name}"),
        help: "is the drive mounted, and the address right? If it was emptied on purpose, connect \
               again and have it filled again"
            .into(),
        source: None,
    }
}

/// What is needed is not in the log any more.
pub(crate) fn gone(name: &str, number: u64) -> Error {
    Error::Store {
        what: format!("entry {number} of {name} is gone, and no snapshot stands for it"),
        help: "somebody removed objects there: put them back, or connect again and have it filled \
               again; nothing here is lost"
            .into(),
        source: None,
    }
}

/// An object that was changed after it was written.
pub(crate) fn changed(name: &str, object: &str, found: &str) -> Error {
    Error::Store {
        what: format!("{object} at {name} is not what was written there: {found}"),
        help: "restore the object, or connect again and have the place filled again; nothing here \
               is lost"
            .into(),
        source: None,
    }
}

/// The key is another one.
pub(crate) fn wrong_key(name: &str) -> Error {
    Error::Store {
        what: format!("what is at {name} is sealed with another key"),
        help: "connect again with the words of its key, as a device shows them that syncs with it"
            .into(),
        source: None,
    }
}

/// A sealed place, and no key.
pub(crate) fn no_key(name: &str) -> Error {
    Error::Store {
        what: format!("what is at {name} is sealed, and its key is not on this device"),
        help: "connect again with the words of its key".into(),
        source: None,
    }
}

/// Words that are no key.
pub(crate) fn bad_words(words: &SecretString) -> Error {
    let count = words.expose_secret().split_whitespace().count();
    Error::bad_value(
        "[remote]",
        "key",
        format!(
            "18 words as another device shows them; these {} do not fit",
            excerpt(&count.to_string())
        ),
    )
}

/// Something of a newer version.
pub(crate) fn newer(name: &str, theirs: u32, ours: u32) -> Error {
    Error::Protocol { remote: name.to_owned(), theirs, ours, older: "this program" }
}

/// A store that is no place for a log.
pub(crate) fn two_winners(name: &str, winners: usize) -> Error {
    Error::Store {
        what: format!(
            "{name} let {winners} of several devices create one object, where one must win: \
             devices would overwrite each other's changes"
        ),
        help: "choose a store that creates an object only if it is absent, such as S3, R2, Google \
               Cloud Storage, Azure or a folder on a local disk"
            .into(),
        source: None,
    }
}
