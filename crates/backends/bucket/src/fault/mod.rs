//! What is said when the store of objects, or what is in it, is not as it should be.

mod calls;

use driftline_core::{Error, excerpt};

pub(crate) use self::calls::{failed, failed_to, is_absent, is_forbidden};

/// A page came back where an object was expected.
pub(crate) fn is_page(name: &str) -> Error {
    Error::Store {
        what: format!("something else answered in the place of {name}, with a web page"),
        help:
            "check its address, and whether this network wants a sign-in or has a proxy; nothing \
               here is lost"
                .into(),
        source: None,
    }
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

/// An entry is not in the log any more, and those after it are.
pub(crate) fn hole(name: &str, number: u64, next: u64) -> Error {
    Error::Store {
        what: format!("entry {number} of {name} was deleted, and entry {next} is there"),
        help: format!(
            "stop what deletes objects there, and restore entry {number} from an older version that \
             the place keeps, or connect again and have it filled again. If the place was put back \
             to an older state on purpose, delete the entries from {next} on. Nothing here is lost, \
             and what was not sent waits; devices that have read the entry are asked for a snapshot, \
             which helps as well"
        ),
        source: None,
    }
}

/// A writer computed other sums than this device, which has read everything anew since.
pub(crate) fn other_sums(name: &str, number: u64, device: Option<&str>) -> Error {
    Error::Store {
        what: format!(
            "entry {number} of {name} has other sums than follow from the log; {} wrote it",
            who(device)
        ),
        help: "update the program on that device, and let it sync; this one goes by its own sums, \
               and nothing is lost"
            .into(),
        source: None,
    }
}

/// An entry that was damaged after this device has read it.
pub(crate) fn damaged(name: &str, number: u64, device: Option<&str>) -> Error {
    Error::Store {
        what: format!(
            "entry {number} of {name}, which {} wrote, was damaged after this device has read it",
            who(device)
        ),
        help: "restore the object; or let this device sync a change, after which it writes a \
               snapshot, and those that lack the entry start there. Nothing is lost"
            .into(),
        source: None,
    }
}

fn who(device: Option<&str>) -> String {
    device.map_or("nobody knows who".into(), |it| format!("device {}", excerpt(it)))
}

/// An object that was changed after it was written.
pub(crate) fn changed(name: &str, object: &str, found: &str) -> Error {
    Error::Store {
        what: format!("{object} at {name} is not what was written there: {found}"),
        help: "restore the object, or connect again and have the place filled again; nothing here \
               is lost"
            .into(),
        source: Some(Changed(found.to_owned()).into()),
    }
}

/// Whether it is that.
pub(crate) fn is_changed(error: &Error) -> bool {
    let Error::Store { source: Some(source), .. } = error else { return false };
    source.is::<Changed>()
}

#[derive(Debug)]
struct Changed(String);

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Changed {}

/// The key is another one.
pub(crate) fn wrong_key(name: &str) -> Error {
    Error::Store {
        what: format!(
            "what is at {name} is sealed with another key, or was put back to before its key was \
             changed"
        ),
        help: "connect again with the words of its key, as a device shows them that syncs with it"
            .into(),
        source: None,
    }
}

/// The key is the right one, and what leads from it to those before it is not there or damaged,
/// as in "is gone from".
pub(crate) fn no_former_keys(name: &str, object: &str, why: &str) -> Error {
    Error::Store {
        what: format!("{object} {why} {name}: it holds the keys before the present one"),
        help: "put it back as it was, or connect a device with the words of the former key, which \
               writes it again unless the key was changed because it was lost; nothing here is lost"
            .into(),
        source: None,
    }
}

/// A sealed place, and what follows is sealed with a key that its device does not know. It is
/// looked for, and this is what is left where that is not tried.
pub(crate) fn unknown_key(name: &str, id: &str) -> Error {
    let source = Some(UnknownKey(id.to_owned()).into());
    match new_words(name) {
        Error::Store { what, help, .. } => Error::Store { what, help, source },
        other => other,
    }
}

/// What an unknown key is called, if that is what failed.
pub(crate) fn unknown(error: &Error) -> Option<&str> {
    let Error::Store { source: Some(source), .. } = error else { return None };
    source.downcast_ref::<UnknownKey>().map(|it| it.0.as_str())
}

#[derive(Debug)]
struct UnknownKey(String);

impl std::fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the key is called {}", self.0)
    }
}

impl std::error::Error for UnknownKey {}

/// The key was changed, and gives no way to the new one.
pub(crate) fn new_words(name: &str) -> Error {
    Error::Store {
        what: format!("the key of {name} was changed, and this device needs its new words"),
        help: "connect again with the new words; what was not sent yet waits here".into(),
        source: None,
    }
}

/// There is no key to change.
pub(crate) fn not_sealed(name: &str) -> Error {
    Error::Store {
        what: format!("nothing at {name} is sealed, so there is no key"),
        help: "connect with an empty place, which is sealed unless you say otherwise".into(),
        source: None,
    }
}

/// The log ends before an entry that is known to have been there.
pub(crate) fn went_back(name: &str, number: u64, least: u64) -> Error {
    Error::Store {
        what: format!(
            "{name} ends at entry {number}, and had {least} when the words of its key were shown: \
             it was put back to an older state"
        ),
        help: "restore the newer state. If it was put back on purpose, connect with words that a \
               device shows from now on"
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
