//! A fleet of devices and their hub, and how a schedule plays out on them.

mod exchanges;

use std::sync::{Arc, Mutex};

use driftline_core::{Replica, Result, Simulated, Values};
use futures_executor::block_on;

use crate::{
    device::Device,
    dice::Dice,
    model::Model,
    outcome::Counts,
    plan::{Action, Fault, Plan, SHIFTS, Step},
    promise::{Broken, broken, chain, lock},
    remote::{OpenRemote, Remote},
    seen,
    sender::Late,
    suite::Suite,
};

/// When every schedule begins, in milliseconds since 1970.
const START: u64 = 1_790_000_000_000;

/// A remote is tended once in so many steps.
const TENDED: u64 = 40;

pub(crate) struct Fleet<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) plan: &'a Plan,
    pub(crate) devices: Vec<Device>,
    hub_env: Arc<Simulated>,
    pub(crate) hub: Box<dyn Remote>,
    /// How often the hub was wiped or put back.
    losses: u32,
    pub(crate) other: Box<dyn Remote>,
    pub(crate) model: Mutex<Model>,
    pub(crate) counts: Counts,
}

impl<'a> Fleet<'a> {
    pub(crate) fn new(suite: &'a Suite, plan: &'a Plan) -> Result<Self> {
        let hub_env = Arc::new(Simulated::new(plan.seed ^ 0xb0b, START));
        let hub = open_hub(suite, "ana", &hub_env, plan.world.hub_clock)?;
        let other = other_hub(suite, plan)?;
        let mut fleet = Self {
            suite,
            plan,
            devices: Vec::new(),
            hub_env,
            hub,
            losses: 0,
            other,
            model: Mutex::default(),
            counts: Counts::new(),
        };
        for name in 0..plan.world.devices {
            let lesser = plan.world.lesser == Some(name);
            let device = fleet.device(name, lesser)?;
            device.env.jump(plan.world.clocks.get(name).copied().unwrap_or(0));
            fleet.devices.push(device);
        }
        for what in seen::of(&plan.world) {
            fleet.count(what);
        }
        Ok(fleet)
    }

    /// A new device whose clock is right.
    pub(crate) fn device(&self, name: usize, lesser: bool) -> Result<Device> {
        let seed = Dice::new(self.plan.seed.wrapping_add(name as u64 + 1)).roll();
        let wall = driftline_core::Env::wall(&*self.hub_env);
        let env = Arc::new(Simulated::new(seed, wall));
        let schema = if lesser { &self.suite.lesser } else { &self.suite.schema };
        let apart = self.plan.world.apart;
        Device::new(name, (self.suite.local)()?, env, schema.clone(), apart)
    }

    /// Plays the schedule, then lets everything settle.
    pub(crate) fn play(&mut self) -> Result<()> {
        for (place, step) in self.plan.steps.iter().enumerate() {
            self.step(step).map_err(|error| match Broken::of(&error) {
                Some(it) => it.at(format_args!("at step {place}: {step:?}")),
                None => broken(format!("step {place} ({step:?}) failed: {}", chain(&error))),
            })?;
        }
        self.quiet()
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        let mut dice = Dice::new(step.dice);
        let place = step.device;
        // No clock stands still between two things that a person does.
        self.pass(1 + (step.dice >> 60));
        self.devices[place].see_clock();
        // By the dice of the step, so that other remotes meet the same schedules as ever.
        if (step.dice >> 32).is_multiple_of(TENDED) && self.hub.tend(step.dice)? {
            self.count(seen::TENDED);
        }
        match step.action {
            Action::Create => self.devices[place].create(&self.model, &mut dice)?,
            Action::Import => self.devices[place].import(&self.model, &mut dice)?,
            Action::Edit => self.devices[place].edit(&self.model, &mut dice)?,
            Action::Delete => self.devices[place].delete(&self.model, &mut dice, true)?,
            Action::Restore => self.devices[place].delete(&self.model, &mut dice, false)?,
            Action::Purge => self.devices[place].purge(&self.model, &mut dice)?,
            Action::BringBack => self.devices[place].bring_back(&self.model, &mut dice)?,
            Action::Sync(Fault::Unnamed) => self.sync_again_and_again(place, &mut dice)?,
            Action::Sync(fault) => self.sync(place, fault, &mut dice)?,
            Action::SyncTwice => self.sync_both([(place, 0), (place, 1)], &mut dice)?,
            Action::SyncTogether => {
                let other = place + 1 + dice.below(self.devices.len() - 1);
                let other = other % self.devices.len();
                self.sync_both([(place, 0), (other, 0)], &mut dice)?;
            }
            Action::DieWriting => self.die_writing(place, &mut dice)?,
            Action::Pass => self.pass(1 << dice.below(28)),
            Action::SetClock => {
                let shift = *dice.pick(&SHIFTS).unwrap_or(&0);
                self.devices[place].env.jump(shift);
            }
            Action::WipeHub => {
                self.hub.wipe()?;
                self.losses += 1;
            }
            Action::SaveHub => self.hub.save()?,
            Action::RestoreHub => self.put_back(place, &mut dice)?,
            Action::DeliverLate => self.deliver_late(place)?,
            Action::Upgrade => {
                self.devices[place].schema = self.suite.schema.clone();
                self.devices[place].start()?;
            }
        }
        match step.action {
            Action::Sync(_) => (),
            other => self.count(&format!("{other:?}")),
        }
        Ok(())
    }

    pub(crate) fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// How often each thing happened so far.
    pub(crate) fn take_counts(&mut self) -> Counts {
        let mut counts = std::mem::take(&mut self.counts);
        for device in &self.devices {
            for (what, count) in std::mem::take(&mut *lock(&device.seen)) {
                *counts.entry(what.to_owned()).or_default() += count;
            }
        }
        counts
    }

    fn pass(&self, length: u64) {
        self.hub_env.pass(length);
        for device in &self.devices {
            device.env.pass(length);
        }
    }

    /// The hub goes back to its last backup, or to a moment ago: then what it lost is
    /// little, and it soon has as many changes as before, but others.
    fn put_back(&mut self, place: usize, dice: &mut Dice) -> Result<()> {
        if dice.once_in(2) {
            self.hub.save()?;
            self.devices[place].edit(&self.model, dice)?;
            self.sync(place, Fault::None, dice)?;
            self.count(seen::BACK_A_MOMENT);
        }
        if self.hub.put_back()? {
            self.losses += 1;
            // Calls on the wire end with the server that is put back. Answers do not.
            for device in &self.devices {
                lock(&device.late).retain(|it| !matches!(it.1, Late::Push(_)));
            }
        }
        Ok(())
    }

    fn die_writing(&mut self, place: usize, dice: &mut Dice) -> Result<()> {
        let device = &mut self.devices[place];
        device.fuse.arm(0, dice.once_in(2));
        match dice.below(4) {
            0 => device.create(&self.model, dice)?,
            1 => device.import(&self.model, dice)?,
            2 => device.purge(&self.model, dice)?,
            _ => device.edit(&self.model, dice)?,
        }
        device.start()
    }

    /// Everything settles: no more faults, every device syncs until nothing moves.
    fn quiet(&mut self) -> Result<()> {
        // What failed by itself is tried again a while later.
        self.pass(120_000);
        for device in &mut self.devices {
            // A newer program starts, which can read everything.
            device.start()?;
            device.processes[0].retry_parked()?;
        }
        for _ in 0..3 * self.devices.len() + 4 {
            let mut moved = false;
            for device in &self.devices {
                let report = self.sync_clean(device).map_err(|error| {
                    broken(format!(
                        "device {} cannot sync although all is quiet: {}",
                        device.name,
                        chain(&error)
                    ))
                })?;
                moved |= report.received + report.sent + u64::from(report.restarts) > 0;
            }
            if !moved {
                return Ok(());
            }
        }
        Err(broken("devices go on exchanging rows for ever".into()))
    }
}

fn open_hub(
    suite: &Suite,
    person: &str,
    env: &Arc<Simulated>,
    clock: bool,
) -> Result<Box<dyn Remote>> {
    (suite.remote)(&OpenRemote { schema: &suite.schema, person, env, clock })
}

/// The hub of somebody else, with a row in it that must never be seen here.
fn other_hub(suite: &Suite, plan: &Plan) -> Result<Box<dyn Remote>> {
    let env = Arc::new(Simulated::new(plan.seed ^ 0xbad, START));
    let hub = open_hub(suite, "bob", &env, false)?;
    let met = plan.steps.iter().any(|it| {
        matches!(it.action, Action::Sync(Fault::OtherAccountPull | Fault::OtherAccountPush))
    });
    if met && let Some(entity) = suite.schema.entities().first() {
        let local = (suite.local)()?;
        let replica = Replica::open(local.open(&suite.schema)?, env)?;
        let digit = 7;
        let values: Values =
            crate::model::birth(entity, digit, &mut Dice::new(plan.seed), &|_| None);
        replica.create_values(entity.name, &values).ok();
        block_on(replica.sync(hub.backend()))?;
    }
    Ok(hub)
}
