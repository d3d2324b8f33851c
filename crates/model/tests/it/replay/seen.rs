//! What can be seen of a replica after each step: in the model, and in the real engine.

use std::collections::BTreeMap;

use driftline_core::{
    ALIASES, Id, Identity, Store, device, hub,
    store::{QueueCounts, QueueId, QueueList, Stored},
};
use driftline_model::engine::{
    cells::{Cells, Fields},
    device::Device,
    hub::Hub,
    rows::Name,
    wire,
};

use super::names::{Names, cells_of, field, stamp};

/// What can be seen of a device.
#[derive(Debug, PartialEq)]
pub(super) struct SeenDevice {
    /// Cells, whether it was acknowledged, and the hash of what the hub holds.
    rows: BTreeMap<Name, (Cells, bool, u64)>,
    /// Rows with their fields and change counters, in order.
    queue: Vec<(Name, Fields, u64)>,
    identity: Option<wire::Identity>,
    cursor: u64,
    resets: u64,
    healed: Option<u64>,
    compared: Option<(u64, [bool; 2])>,
    digests: [u64; 2],
    serial: u64,
    clocks: [Option<String>; 2],
}

/// What can be seen of a hub.
#[derive(Debug, PartialEq)]
pub(super) struct SeenHub {
    /// Cells, number, whether it is born, and its hash.
    rows: BTreeMap<Name, (Cells, u64, bool, u64)>,
    head: u64,
    digests: [u64; 2],
    serials: BTreeMap<String, u64>,
}

pub(super) type IdentityOf<'a> = &'a dyn Fn(&Identity) -> wire::Identity;

impl SeenDevice {
    pub(super) fn of_model(device: &Device, names: &Names) -> Self {
        let hash = |name, held: Option<_>| held.map_or(0, |it| names.hash(name, it));
        let rows: BTreeMap<_, _> = device
            .rows
            .iter()
            .map(|(name, it)| (*name, (it.cells, it.is_acked, hash(*name, it.held))))
            .collect();
        let text = |it: driftline_model::engine::cells::Stamp| stamp(it).to_string();
        Self {
            digests: sums(rows.iter().map(|(name, it)| (*name, it.2))),
            rows,
            queue: device
                .in_order()
                .iter()
                .map(|it| (it.name, it.fields, it.change.into()))
                .collect(),
            identity: device.identity,
            cursor: device.cursor.into(),
            resets: device.resets.into(),
            healed: device.healed.map(|it| it.head.into()),
            compared: device.compared.map(|(it, differ)| (it.head.into(), differ)),
            serial: device.serial.into(),
            clocks: [device.mine.map(text), device.seen.map(text)],
        }
    }

    pub(super) fn of_store(store: &dyn Store, names: &Names, identity_of: IdentityOf<'_>) -> Self {
        store
            .view(|tx| {
                let stored = all(tx, names)?;
                let rows = stored
                    .iter()
                    .map(|(name, it)| (*name, (cells_of(*name, &it.row), it.acked, it.hash)));
                let by_id: BTreeMap<(&str, Id), Name> =
                    stored.iter().map(|(name, it)| ((names.entity(*name), it.id), *name)).collect();
                let entries = tx.queue(QueueList::Waiting, QueueId::default(), 100)?;
                let counts =
                    QueueCounts { waiting: entries.len() as u64, ..QueueCounts::default() };
                assert_eq!(tx.queue_counts()?, counts, "nothing is parked");
                let fields = |it: &driftline_core::store::Queued| {
                    let named = it.fields.keys().filter_map(field).map(Fields::only);
                    named.fold(Fields::default(), Fields::and)
                };
                let link = device::link(tx)?;
                let differ = |it: &[String]| {
                    [ALIASES.name, "folders"].map(|name| it.iter().any(|of| of == name))
                };
                Ok(Self {
                    rows: rows.collect(),
                    queue: entries
                        .iter()
                        .map(|it| (by_id[&(it.entity.as_str(), it.id)], fields(it), it.change))
                        .collect(),
                    identity: link.identity.as_ref().map(identity_of),
                    cursor: link.cursor.0,
                    resets: link.resets,
                    healed: link.healed.map(|it| it.head.0),
                    compared: link.compared.map(|it| (it.state.head.0, differ(&it.differ))),
                    digests: [ALIASES.name, "folders"]
                        .map(|it| link.digests.get(it).copied().unwrap_or_default()),
                    serial: tx.meta("device.serial")?.map_or(0, |it| it.parse().unwrap()),
                    clocks: [tx.meta("clock.mine")?, tx.meta("clock.seen")?],
                })
            })
            .unwrap()
    }
}

impl SeenHub {
    pub(super) fn of_model(hub: &Hub, names: &Names, devices: &[String]) -> Self {
        let rows: BTreeMap<_, _> = hub
            .rows
            .iter()
            .map(|(name, it)| {
                let hash = names.hash(*name, it.cells.shape());
                (*name, (it.cells, it.seq.into(), it.is_born, hash))
            })
            .collect();
        let serials = hub.serials.iter();
        Self {
            digests: sums(rows.iter().map(|(name, it)| (*name, it.3))),
            rows,
            head: hub.head.into(),
            serials: serials
                .map(|(of, it)| (devices[usize::from(*of)].clone(), (*it).into()))
                .collect(),
        }
    }

    pub(super) fn of_store(store: &dyn Store, names: &Names) -> Self {
        store
            .view(|tx| {
                let state = hub::load(tx)?.unwrap();
                let rows = all(tx, names)?.into_iter();
                Ok(Self {
                    rows: rows
                        .map(|(name, it)| {
                            (name, (cells_of(name, &it.row), it.seq.0, it.born, it.hash))
                        })
                        .collect(),
                    head: state.head.0,
                    digests: [ALIASES.name, "folders"]
                        .map(|it| state.digests.get(it).copied().unwrap_or_default()),
                    serials: state.serials.into_iter().map(|(of, it)| (of, it.0)).collect(),
                })
            })
            .unwrap()
    }
}

fn all(
    tx: &dyn driftline_core::store::ReadTx,
    names: &Names,
) -> driftline_core::Result<Vec<(Name, Stored)>> {
    let mut found = Vec::new();
    for entity in [ALIASES.name, "folders"] {
        let rows = tx.scan(entity, None, 100)?;
        found.extend(rows.into_iter().map(|it| (names.name(entity, &it), it)));
    }
    Ok(found)
}

fn sums(hashes: impl Iterator<Item = (Name, u64)>) -> [u64; 2] {
    let mut sums = [0_u64; 2];
    for (name, hash) in hashes {
        let sum = &mut sums[usize::from(matches!(name, Name::Row(_)))];
        *sum = sum.wrapping_add(hash);
    }
    sums
}
