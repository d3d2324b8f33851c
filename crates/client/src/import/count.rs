//! What an import changed, each row once however many batches it is in.

use std::collections::HashSet;

use driftline_core::{Id, device::Imported};

/// What became of a row.
pub(super) type Outcome = (&'static str, Id, Imported);

/// What an import changed.
#[derive(Default)]
pub(super) struct Count {
    new: HashSet<(&'static str, Id)>,
    grown: HashSet<(&'static str, Id)>,
    purged: HashSet<(&'static str, Id)>,
}

impl Count {
    pub(super) fn add(&mut self, outcomes: Vec<Outcome>) {
        for (entity, id, outcome) in outcomes {
            match outcome {
                Imported::New => {
                    self.new.insert((entity, id));
                }
                Imported::Grown if !self.new.contains(&(entity, id)) => {
                    self.grown.insert((entity, id));
                }
                Imported::Grown | Imported::Same => (),
                Imported::Purged => {
                    self.purged.insert((entity, id));
                }
            }
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.new.len() + self.grown.len()
    }

    pub(super) fn new_rows(&self) -> usize {
        self.new.len()
    }

    pub(super) fn grown_rows(&self) -> usize {
        self.grown.len()
    }

    pub(super) fn purged_rows(&self) -> usize {
        self.purged.len()
    }
}
