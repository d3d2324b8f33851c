//! The first merge with a remote: somebody sees what it would do and agrees, a copy of
//! everything is made, and only then rows are exchanged.

use std::{path::PathBuf, sync::Arc};

use driftline_core::{Backend, Identity};
use serde::Serialize;

use crate::{
    Ask, Client, Device, Result, Step,
    account::{
        Review,
        merge::{self, Record},
        review::{self, Scratch},
    },
    sync, turn,
};

/// How far a first merge goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Agreed {
    /// It is only looked at what it would do; nothing of it is kept.
    No,
    /// It is asked.
    #[default]
    Ask,
    /// It is done.
    Yes,
}

/// What a first merge would do, and what it did.
#[derive(Clone, Debug, Serialize)]
pub struct FirstMerge {
    /// What it would do.
    pub review: Review,
    /// What it did; none if nobody agreed to it.
    pub merged: Option<Merged>,
}

/// What a first merge did.
#[derive(Clone, Debug, Serialize)]
pub struct Merged {
    /// The copy of everything as it was before; none where nothing outlives the program.
    pub backup: Option<PathBuf>,
    /// Rows received.
    pub received: u64,
    /// Rows sent.
    pub sent: u64,
    /// Rows that the remote refused.
    pub parked: u64,
}

/// Both sides, and who is asked.
pub(crate) struct Between<'a> {
    pub(crate) client: &'a Client,
    pub(crate) device: &'a Device,
    pub(crate) remote: Arc<dyn Backend>,
    /// What the remote is called in the note that somebody has agreed.
    pub(crate) place: &'a str,
    pub(crate) agreed: Agreed,
    pub(crate) ask: &'a dyn Ask,
}

impl Between<'_> {
    /// Looks, asks `goes_on` about the rows of whoever is there, and merges.
    ///
    /// # Errors
    /// When the remote cannot be read or written, or what is here cannot be copied.
    pub(crate) async fn merge(
        &self,
        goes_on: &dyn Fn(&Identity) -> Result<bool>,
    ) -> Result<FirstMerge> {
        let Self { client, device, ask, .. } = *self;
        let _turn = turn::take(client, ask).await?;
        let scratch = Scratch::open(client, &device.config)?;
        let (mut seen, mut identity) = self.look(&scratch).await?;
        ask.told(Step::Reviewed(&seen))?;
        loop {
            if !goes_on(&identity)? {
                return Ok(FirstMerge { review: seen, merged: None });
            }
            // What was agreed to is what is done: the remote may have changed meanwhile.
            let (again, whose) = self.look(&scratch).await?;
            let is_same = again.rows == seen.rows && whose.account == identity.account;
            (seen, identity) = (again, whose);
            if is_same || self.agreed == Agreed::Yes {
                break;
            }
            ask.told(Step::Changed)?;
            ask.told(Step::Reviewed(&seen))?;
        }
        let Record { backup, .. } = merge::begin(client, device, &identity, self.place)?;
        if let Some(backup) = &backup {
            ask.told(Step::Copied(backup))?;
        }
        let first = scratch.mirror.before(self.remote.clone());
        let report = sync::exchange_with(device, &first, ask).await?;
        drop(first);
        Scratch::remove(client)?;
        let (received, sent, parked) = (report.received, report.sent, report.parked);
        Ok(FirstMerge { review: seen, merged: Some(Merged { backup, received, sent, parked }) })
    }

    async fn look(&self, scratch: &Scratch) -> Result<(Review, Identity)> {
        // Who does not listen any more is noticed with what it came to.
        let tell = |it| _ = self.ask.told(Step::Looking(it));
        review::review(self.device, scratch, &*self.remote, &tell).await
    }
}
