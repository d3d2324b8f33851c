//! The way to all open pages: what is to be told is gathered here.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;
use tokio::sync::broadcast;

/// Stands for entities that are not known by name.
pub(crate) const ANY: &str = "*";

/// Stands for lists and searches that have heard of more rows.
pub(crate) const INDEX: &str = "@index";

/// The way to all open pages.
pub(crate) struct Live {
    nudges: Mutex<BTreeSet<&'static str>>,
    flushes: Mutex<Option<broadcast::Sender<Arc<Flush>>>>,
}

/// What changed since the last one.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Flush {
    /// The entities whose rows changed.
    pub(crate) entities: BTreeSet<String>,
    /// What all pages share, if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shared: Option<String>,
}

impl Live {
    pub(crate) fn new() -> Self {
        let flushes = Mutex::new(Some(broadcast::Sender::new(16)));
        Self { nudges: Mutex::default(), flushes }
    }

    /// Ends every open stream.
    pub(crate) fn end(&self) {
        *self.flushes.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Tells open pages that something changed that is no row.
    pub(crate) fn nudge(&self, what: &'static str) {
        self.nudges.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    pub(crate) fn nudges(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut *self.nudges.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn listen(&self) -> Option<broadcast::Receiver<Arc<Flush>>> {
        let flushes = self.flushes.lock().unwrap_or_else(PoisonError::into_inner);
        flushes.as_ref().map(broadcast::Sender::subscribe)
    }

    pub(crate) fn is_heard(&self) -> bool {
        let flushes = self.flushes.lock().unwrap_or_else(PoisonError::into_inner);
        flushes.as_ref().is_some_and(|it| it.receiver_count() > 0)
    }

    pub(crate) fn send(&self, flush: Flush) {
        let flushes = self.flushes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flushes) = &*flushes {
            // Nobody has a page open.
            let _ = flushes.send(Arc::new(flush));
        }
    }
}
