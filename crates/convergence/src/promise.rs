//! Promises that are broken, and the lock that every part of a fleet takes.

use std::{
    error, fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use driftline_core::Error;

/// A promise that the engine does not keep. It travels through the engine as the source of an
/// error that ends a sync.
#[derive(Debug)]
pub(crate) struct Broken(String);

impl Broken {
    /// The promise that `error` is about, if it is about one.
    pub(crate) fn of(error: &Error) -> Option<&Self> {
        let Error::Store { source: Some(source), .. } = error else { return None };
        source.downcast_ref()
    }

    /// The same promise, with where it broke.
    pub(crate) fn at(&self, place: impl fmt::Display) -> Error {
        broken(format!("{self} ({place})"))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for Broken {}

/// That a promise is broken: what was found.
pub(crate) fn broken(found: String) -> Error {
    Error::Store {
        what: "a promise is broken".into(),
        help: "play the schedule again".into(),
        source: Some(Box::new(Broken(found))),
    }
}

/// What went wrong, with the causes of it.
pub(crate) fn chain(error: &Error) -> String {
    if let Some(broken) = Broken::of(error) {
        return broken.to_string();
    }
    let mut text = error.to_string();
    let mut next = error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

/// What `it` holds, also if a thread has panicked with it.
pub(crate) fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
