//! Devices of one person that write and sync, over a wire that loses, repeats and delays.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, EntityDescriptor, Error, Kind, Limits, Page, Policy, Pull, Push, Refusal,
    Replica, Result, Values, status::State, store::Find,
};

use super::{
    check::{Checked, Fault, expect},
    service::Contract,
};
use crate::dice::Dice;

const DEVICES: usize = 3;
/// Syncs after which devices that still write nothing must be in step.
const QUIET: usize = 12;

/// Lets devices write, and compares them when all is quiet.
pub(super) async fn ends_equal(contract: &Contract<'_>) -> Checked {
    let hub = contract.hubs[0];
    let mut dice = Dice::new(contract.env.random());
    let wire = Wire { hub, dice: Mutex::new(Dice::new(dice.roll())), late: Mutex::default() };
    let mut scratches = Vec::new();
    let mut devices = Vec::new();
    for _ in 0..=DEVICES {
        let scratch = (contract.local)()?;
        let store = scratch.open(contract.schema)?;
        devices.push(Replica::open(store, contract.env.clone())?);
        scratches.push(scratch);
    }
    // One joins when everything has happened.
    let Some(late) = devices.pop() else { return Ok(()) };
    for _ in 0..contract.rounds {
        let Some(device) = dice.pick(&devices) else { continue };
        for _ in 0..dice.below(6) {
            write(device, &mut dice)?;
        }
        match device.sync(&wire).await {
            Ok(_) => (),
            Err(error) if error.is_transient() => (),
            Err(error) => return Err(Fault::Failed(error)),
        }
    }
    devices.push(late);
    for _ in 0..QUIET {
        let mut moved = 0;
        for device in &devices {
            let report = device.sync(hub).await?;
            moved += report.sent + report.received;
            expect(report.parked == 0, || format!("{} rows were refused", report.parked))?;
        }
        if moved == 0 {
            return compare(&devices);
        }
    }
    Err(Fault::Wrong(format!("after {QUIET} syncs in peace rows still travel")))
}

fn compare(devices: &[Replica]) -> Checked {
    let first = devices[0].digest()?;
    for device in devices {
        let (digest, status) = (device.digest()?, device.status(Some("hub"))?);
        expect(digest == first, || format!("devices hold {first:x?} and {digest:x?}"))?;
        expect(status.state == State::Synced, || format!("a device says {status:?}"))?;
    }
    Ok(())
}

/// Something that a person does.
fn write(device: &Replica, dice: &mut Dice) -> Result<()> {
    let Some(entity) = dice.pick(device.schema().entities()).copied() else { return Ok(()) };
    let rows = device.list_values(entity.name, &Find::new().limit(50))?;
    let row = dice.pick(&rows).map(|it| it.id);
    let done = match (row, dice.below(4)) {
        (Some(id), 0) => device.set_deleted(entity.name, id, true),
        (Some(id), 1 | 2) if entity.policy == Policy::Editable => {
            device.update_values(entity.name, id, &values(entity, dice))
        }
        _ => device.create_values(entity.name, &values(entity, dice)).map(drop),
    };
    match done {
        // Another row has this key, or a twin was deleted: a person would choose again.
        Err(Error::Refused { why: Refusal::KeyTaken { .. }, .. } | Error::NotFound { .. }) => {
            Ok(())
        }
        done => done,
    }
}

/// Few different texts, so that devices mean the same thing and contradict each other.
fn values(entity: &EntityDescriptor, dice: &mut Dice) -> Values {
    let mut values = Values::new();
    for field in entity.fields.iter().filter(|it| it.kind == Kind::Text) {
        // A row needs at least one value.
        if values.is_empty() || dice.once_in(2) || entity.natural_key.contains(&field.name) {
            values
                .insert(field.name.to_owned(), format!("{} {}", field.name, dice.below(9)).into());
        }
    }
    values
}

/// A way to a hub on which things happen.
struct Wire<'a> {
    hub: &'a dyn Backend,
    dice: Mutex<Dice>,
    /// A call that is still on its way.
    late: Mutex<Option<Push>>,
}

impl Wire<'_> {
    fn roll(&self) -> usize {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(10)
    }

    fn lost<T>(&self) -> Result<T> {
        Err(Error::Unavailable { remote: self.name(), retry_after: None, source: None })
    }

    /// What was on its way arrives.
    async fn arrive(&self) {
        let late = self.late.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(push) = late {
            let _nobody_waits_for_it = self.hub.push(push).await;
        }
    }
}

#[async_trait]
impl Backend for Wire<'_> {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        // Small batches, so that there are many.
        Limits { rows: 7, ..self.hub.limits() }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        if self.roll() == 0 {
            self.arrive().await;
        }
        match self.roll() {
            0 => self.lost(),
            1 => {
                self.hub.pull(request).await?;
                self.lost()
            }
            _ => self.hub.pull(request).await,
        }
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        match self.roll() {
            0 => self.lost(),
            1 => {
                self.hub.push(request).await?;
                self.lost()
            }
            2 => {
                *self.late.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
                self.lost()
            }
            3 => {
                let _first = self.hub.push(request.clone()).await;
                self.hub.push(request).await
            }
            _ => self.hub.push(request).await,
        }
    }
}
