//! What can happen when: every step of every device, what the wire does with it, and what
//! becomes of the bucket.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use crate::{
    Mistake, Scope,
    bucket::{Bucket, Call, Entry, Place, Slot, Value},
    device::{Device, Phase},
    properties,
    state::{State, whole},
    step::Step,
};

/// A run of the protocol within a scope.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// How much can happen.
    pub scope: Scope,
    /// The rule that is left out.
    pub mistake: Option<Mistake>,
}

/// What somebody else adds.
const FORGED: Value = Value::MAX - 1;

impl Run {
    fn steps_of(self, state: &State, place: usize, steps: &mut Vec<Step>) {
        let Self { scope, .. } = self;
        let (used, device) = (state.used, &state.devices[place]);
        match &device.phase {
            Phase::Creating(_) => {
                steps.push(Step::Create(place));
                if used.lost < scope.lost {
                    steps.extend([Step::CreateUnheard(place), Step::CreateLate(place)]);
                }
            }
            Phase::Ready if used.calls >= scope.calls => {}
            Phase::Ready if used.rotations < scope.rotations => steps.extend([
                Step::Go(place),
                Step::Rotate(place, true),
                Step::Rotate(place, false),
            ]),
            Phase::Stopped if state.bucket.epoch.is_none() => steps.push(Step::Refill(place)),
            Phase::Stopped => steps.push(Step::Join(place)),
            Phase::Locked => steps.push(Step::Unlock(place)),
            _ => steps.push(Step::Go(place)),
        }
        if !matches!(device.phase, Phase::Idle | Phase::Stopped | Phase::Locked) {
            steps.push(Step::Stop(place));
        }
        let is_ahead = device.mirror.number > state.bucket.snapshot_number(false);
        if used.snapshots < scope.snapshots && is_ahead && device.epoch == state.bucket.epoch {
            steps.push(Step::Snapshot(place));
        }
    }

    fn go(self, state: &mut State, place: usize) {
        let State { bucket, deleted, devices, is_mistaken, used, .. } = state;
        let device = &mut devices[place];
        let told = match &device.phase {
            Phase::Idle => {
                *is_mistaken |= device.list(bucket, self.mistake)
                    && device.mirror.history != whole(bucket, *deleted).newest().history;
                None
            }
            Phase::Reading(_) => {
                device.get(bucket, self.mistake);
                None
            }
            Phase::Ready => {
                let call = used.calls + 1;
                used.calls += Call::from(device.prepare(call));
                None
            }
            Phase::Unsure(_) => {
                device.look(bucket, self.mistake);
                None
            }
            Phase::Created(_) => device.check(bucket, self.mistake),
            Phase::Creating(_) | Phase::Stopped | Phase::Locked => None,
        };
        state.tell(told);
    }

    fn create(self, state: &mut State, place: usize, has_effect: bool, is_heard: bool) {
        let State { bucket, devices, late, .. } = state;
        let device = &mut devices[place];
        let Phase::Creating(entry) = device.phase else { return };
        let (epoch, number) = (device.epoch, device.mirror.number + 1);
        let mut created = None;
        if has_effect {
            let is_put = entry.next.is_some() && self.mistake == Some(Mistake::RotatesUnordered);
            if is_put {
                bucket.overwrite(number, entry);
            }
            let it = is_put || bucket.create(epoch, number, entry);
            created = is_heard.then_some(it);
        } else {
            late.push((epoch, number, entry));
            late.sort_unstable_by_key(|(_, _, entry)| entry.call);
        }
        let told = device.hear(created, self.mistake);
        state.tell(told);
    }
}

impl Model for Run {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let epoch = Some(1);
        let device = |place: u8| {
            let writer = place.saturating_sub(1);
            let (mirror, rows, queue, told, phase) = Default::default();
            let keys = BTreeSet::from([0]);
            let mut device = Device { writer, epoch, mirror, rows, queue, told, keys, phase };
            device.write(place);
            device
        };
        vec![State {
            bucket: Bucket { epoch, ..Bucket::default() },
            copy: None,
            deleted: None,
            devices: (0..self.scope.devices).map(device).collect(),
            late: Vec::new(),
            lost: BTreeSet::new(),
            is_mistaken: false,
            used: Scope::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        (0..state.devices.len()).for_each(|it| self.steps_of(state, it, steps));
        steps.extend((0..state.late.len()).map(Step::Late));
        let (used, scope) = (state.used, self.scope);
        if used.removed < scope.removed {
            steps.extend([Step::Overwrite, Step::Remove]);
        }
        if used.wipes < scope.wipes {
            steps.push(Step::Wipe);
        }
        if used.restores < scope.restores {
            steps.push(if state.copy.is_some() { Step::PutBack } else { Step::Copy });
        }
        if used.deleted < scope.deleted {
            let numbers = 1..=state.bucket.slots.len();
            steps.extend(numbers.filter(|it| state.can_delete(*it)).map(Step::Delete));
        }
        if used.damaged < scope.damaged {
            let numbers = 1..=state.bucket.slots.len();
            steps.extend(numbers.filter(|it| state.is_read(*it)).map(Step::Damage));
        }
        if state.deleted.is_some_and(|(number, _)| state.bucket.slot(number) == Slot::Free) {
            steps.push(Step::Restore);
        }
        if scope.damaged == 0 && state.bucket.is_cut(state.bucket.newest().number) {
            steps.push(Step::Clear);
        }
        if used.forged < scope.forged && state.bucket.newest().key != 0 {
            steps.push(Step::Forge);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Go(it) => self.go(&mut state, it),
            Step::Create(it) => self.create(&mut state, it, true, true),
            Step::CreateUnheard(it) => {
                state.used.lost += 1;
                self.create(&mut state, it, true, false);
            }
            Step::CreateLate(it) => {
                state.used.lost += 1;
                self.create(&mut state, it, false, false);
            }
            Step::Late(it) => {
                let (epoch, number, entry) = state.late.remove(it);
                state.bucket.create(epoch, number, entry);
            }
            Step::Stop(it) => state.devices[it].phase = Phase::Idle,
            Step::Snapshot(it) => {
                state.used.snapshots += 1;
                state.snapshot(it);
            }
            Step::Overwrite | Step::Remove => {
                let by = if step == Step::Remove { Slot::Free } else { Slot::Empty };
                state.used.removed += 1;
                if !state.bucket.remove_oldest(by, self.mistake) {
                    return None;
                }
            }
            Step::Wipe => {
                state.used.wipes += 1;
                state.lose(Bucket::default());
            }
            Step::Refill(it) => {
                state.bucket.epoch = Some(state.used.wipes + 1);
                state.devices[it].join(state.bucket.epoch);
            }
            Step::Join(it) => state.devices[it].join(state.bucket.epoch),
            Step::Copy => state.copy = Some(state.bucket.clone()),
            Step::PutBack => {
                state.used.restores += 1;
                let copy = state.copy.take()?;
                state.lose(copy);
            }
            Step::Delete(number) => {
                state.used.deleted += 1;
                state.delete(number);
            }
            Step::Damage(number) => {
                state.used.damaged += 1;
                state.damage(number);
            }
            Step::Restore => {
                let (number, entry) = state.deleted.take()?;
                state.bucket.overwrite(number, entry);
            }
            Step::Clear => {
                let mut next = state.bucket.clone();
                next.slots.truncate(next.newest().number);
                state.lose(next);
            }
            Step::Rotate(it, is_wrapped) => {
                state.used.rotations += 1;
                state.used.calls += 1;
                state.devices[it].rotate(state.used.calls, is_wrapped, self.mistake);
            }
            Step::Unlock(it) => {
                let key = state.bucket.newest().key;
                state.devices[it].unlock(key);
            }
            Step::Forge => {
                state.used.forged += 1;
                let Place { number, last, .. } = state.bucket.newest();
                let (call, value, writer) = (Call::MAX, FORGED, u8::MAX);
                let entry = Entry { call, value, before: last, writer, key: 0, next: None };
                state.bucket.create(state.bucket.epoch, number + 1, entry);
            }
        }
        state.close(last);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
