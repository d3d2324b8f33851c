//! A bucket of a few entries, under devices that have read up to each of them.

use std::sync::Arc;

use driftline_bucket::{Bucket, Options};
use driftline_core::{Env, Result};

use super::{Given, objects};
use crate::sealed::{env, pull, push, schema};

/// How many entries there are.
pub(crate) const ENTRIES: u64 = 5;

/// A bucket of some entries, and devices that have read up to each of them: the first of them none.
pub(crate) struct Story {
    pub(crate) given: Given,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) options: Options,
    pub(crate) all: Vec<(String, Vec<u8>)>,
    /// Each with the epoch that it serves.
    pub(crate) devices: Vec<(Bucket, String)>,
}

impl Story {
    pub(crate) fn new(is_sealed: bool, snapshot_every: u64) -> Self {
        let (given, env) = (Given::in_memory(), env(50));
        given.begin(is_sealed, &env).unwrap();
        let options = Options { snapshot_every, keep: 1 << 40 };
        let mut story = Self { given, env, options, all: Vec::new(), devices: Vec::new() };
        let writer = story.open();
        for number in 0..=ENTRIES {
            if number > 0 {
                push(&writer, number, &format!("row {number}")).unwrap();
            }
            let device = story.open();
            let (count, epoch) = read(&device).unwrap();
            assert_eq!(count, number);
            story.devices.push((device, epoch));
        }
        story.all = objects(&*story.given.store);
        story
    }

    pub(crate) fn open(&self) -> Bucket {
        self.given.bucket(schema(), &self.env, self.options)
    }

    /// Each device with the number of the entry that it has read last.
    pub(crate) fn devices(&self) -> impl Iterator<Item = (u64, &Bucket, &str)> {
        (0..).zip(&self.devices).map(|(number, (device, epoch))| (number, device, epoch.as_str()))
    }
}

/// How many rows there are, and in which epoch.
pub(crate) fn read(bucket: &Bucket) -> Result<(u64, String)> {
    pull(bucket).map(|it| (it.changes.len() as u64, it.identity.epoch))
}
