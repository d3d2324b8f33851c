//! Looking a bucket over: what is there, whether this device has its key, and whether everything
//! that a device needs can be read.

use async_trait::async_trait;
use driftline_core::{Examine, Examined, Result};
use driftline_sealing::Held;

use crate::{
    bucket::{Bucket, Connection, read_space},
    fault,
    former::ring,
    log::{Listed, Log},
    names,
    ring::Ring,
    seal::Codec,
    space::Space,
};

#[async_trait]
impl Examine for Bucket {
    async fn examine(&self) -> Examined {
        let mut all = Examined::default();
        if let Some((connection, space)) = self.reach(&mut all).await {
            all.times = connection.time.last().map(|it| (it, self.env.wall()));
            let log = Log::new(connection.store, &self.name, &space);
            if let Some(log) = self.key_of(&mut all, log, &space).await {
                // Reading on may have brought another key, without which snapshots do not open.
                let read = self.reading(&mut all).await;
                self.objects(&mut all, &read.unwrap_or(log)).await;
            }
        }
        all
    }
}

impl Bucket {
    async fn reach(&self, all: &mut Examined) -> Option<(Connection, Space)> {
        let read = async {
            let connection = self.connect.connect().await?;
            // The first call takes longer: it opens the connection.
            read_space(&*connection.store, &self.name).await?;
            let before = self.env.monotonic();
            let space = read_space(&*connection.store, &self.name).await?;
            let took = self.env.monotonic().saturating_sub(before);
            Ok((connection, space.map(|(space, _)| space), took))
        };
        let read = all.add("remote", read.await, |_| self.name.clone());
        let (connection, space, took) = read?;
        all.round_trip = Some(took);
        let space = space.ok_or_else(|| fault::nothing_here(&self.name));
        let space = all.add("space", space, |it| {
            let sealed = if it.key.is_some() { "sealed" } else { "not sealed" };
            format!("account {}, format {}, {sealed}", it.account, it.format)
        })?;
        Some((connection, space))
    }

    /// The log, to be read with the key that is here.
    async fn key_of(&self, all: &mut Examined, log: Log, space: &Space) -> Option<Log> {
        let found = async {
            let held = self.keeper.held().await?.filter(|_| space.key.is_some());
            ring(&log, space, held.map(|it: Held| it.key)).await
        };
        let ring = all.add("key", found.await, |ring| match ring {
            None => "none: whoever reads the bucket reads all rows".into(),
            Some(ring) => said_of(ring),
        })?;
        Some(Log { codec: Codec::new(&self.name, space, ring), ..log })
    }

    /// Reads on as a sync does, and says how far that went.
    async fn reading(&self, all: &mut Examined) -> Option<Log> {
        let read = self.read_on(false).await;
        let read = all.add("log", read, |(_, at)| format!("read up to entry {}", at.number));
        let (opened, at) = read?;
        let served: Result<_> = opened.mirror.identity();
        all.identity = served.ok();
        if let Some(it) = at.differs {
            let error = fault::other_sums(&self.name, it.number, it.device.as_deref());
            all.add("sums", Err::<(), _>(error), |()| String::new());
        }
        if let Some(it) = at.damaged {
            let error = fault::damaged(&self.name, it.number, it.device.as_deref());
            all.add("damage", Err::<(), _>(error), |()| String::new());
        }
        Some(opened.log.clone())
    }

    /// What is listed, and whether entries are missing that a new device would need.
    async fn objects(&self, all: &mut Examined, log: &Log) {
        let snapshots = match log.list(0).await {
            Ok(listed) => listed.snapshots,
            // Without the key of today, snapshots are not told apart; reading on says more.
            Err(error) if fault::unknown(&error).is_some() => return,
            Err(error) => {
                all.add("snapshot", Err::<(), _>(error), |()| String::new());
                return;
            }
        };
        let newest = snapshots.last_key_value();
        let from = newest.map_or(0, |(number, _)| *number);
        let entries = async {
            let Listed { entries, .. } = log.list_after(&names::entry(&log.epoch, 0)).await?;
            let wrong = log.hole(&entries, from).await?;
            wrong.map_or(Ok(entries), Err)
        };
        all.add_at("entries", entries.await, |entries| match entries.last_key_value() {
            None => ("none yet".into(), None),
            Some((last, it)) => (
                format!("{} there, the last is number {last}", entries.len()),
                Some(it.written).filter(|it| *it > 0),
            ),
        });
        let every = self.options.snapshot_every;
        all.add_at("snapshot", Ok(newest), |newest| match newest {
            None => (format!("none yet: one is written after every {every} entries"), None),
            Some((number, it)) => {
                (format!("at entry {number}"), Some(it.written).filter(|it| *it > 0))
            }
        });
    }
}

/// A key is told by what objects call it, and never by its words.
fn said_of(ring: &Ring) -> String {
    let (number, newest) = ring.newest();
    match number {
        0 => format!("kept here: {}, the first one", newest.id()),
        _ => format!("kept here: {}, since entry {number}", newest.id()),
    }
}
