//! What can happen when: what people and imports write, every part of every call, and what
//! becomes of the hub.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use super::{
    Mistake, Scope, State, Step,
    calls::Heard,
    device::Device,
    exchange,
    hub::Hub,
    person::Write,
    properties,
    rows::{Name, Rows, Written},
    wire::{Identity, Message, Stale},
};

/// A run of the engine within a scope.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// How much can happen.
    pub scope: Scope,
    /// The rule that is left out.
    pub mistake: Option<Mistake>,
    /// A device sends rows in the order in which they came to it, not in that of their changes.
    /// Both are right, and stores differ in it.
    pub by_arrival: bool,
}

impl Run {
    /// Rows in a call.
    pub fn most(&self) -> usize {
        if self.scope.rows == 0 { usize::MAX } else { self.scope.rows.into() }
    }

    fn writes_of(&self, state: &State, place: usize, steps: &mut Vec<Step>) {
        let (used, scope) = (state.used, self.scope);
        let device = &state.devices[place];
        let mut add = |write| {
            if device.can(write) {
                steps.push(Step::Write(place, write));
            }
        };
        if used.creates < scope.creates {
            let key = if scope.is_one_key { 0 } else { device.number % 2 };
            add(Write::Create(device.number, key));
        }
        for name in device.rows.keys() {
            let Name::Row(id) = *name else { continue };
            if used.edits < scope.edits {
                add(Write::Edit(id));
            }
            if used.renames < scope.renames {
                let key = device.view(id).and_then(|(_, shown)| shown.key());
                add(Write::Rename(id, u8::from(key == Some(0))));
            }
            if used.deletes < scope.deletes {
                add(Write::Delete(id));
                add(Write::Restore(id));
            }
            if used.purges < scope.purges {
                add(Write::Purge(id));
            }
        }
        if used.imports < scope.imports {
            (1..=2).for_each(|it| add(Write::Import(it)));
        }
    }

    fn calls_of(&self, state: &State, place: usize, steps: &mut Vec<Step>) {
        let (used, scope) = (state.used, self.scope);
        let device = &state.devices[place];
        if used.calls < scope.calls {
            steps.extend((0..state.hubs.len()).map(|hub| Step::Ask(place, hub)));
            if device.identity.is_some() && !device.queue.is_empty() {
                steps.push(Step::Send(place));
            }
        }
        if used.syncs < scope.syncs {
            steps.push(Step::Sync(place));
        }
        let waits =
            |(of, message): &(usize, Message)| *of == place && !matches!(message, Message::Call(_));
        if used.crashes < scope.crashes && state.wire.iter().any(waits) {
            steps.push(Step::Crash(place));
        }
    }

    fn write(&self, state: &mut State, place: usize, write: Write) {
        let used = &mut state.used;
        match write {
            Write::Create(..) => used.creates += 1,
            Write::Edit(_) => used.edits += 1,
            Write::Rename(..) => used.renames += 1,
            Write::Delete(_) | Write::Restore(_) => used.deletes += 1,
            Write::Purge(_) => used.purges += 1,
            Write::Import(reading) => {
                used.imports += 1;
                state.imported.insert(reading);
            }
        }
        let is_touch = matches!(
            write,
            Write::Rename(..) | Write::Delete(_) | Write::Restore(_) | Write::Purge(_)
        );
        let device = &mut state.devices[place];
        let known = match write {
            Write::Purge(id) => device.view(id).map_or_else(Vec::new, |(members, _)| members),
            _ => Vec::new(),
        };
        for (id, cells) in device.perform(write, self.mistake) {
            if is_touch {
                state.touched.insert(id);
            }
            state.own[place].entry(id).or_default().join(cells, None);
            // A purge is of everything that people saw as this row.
            for id in &known {
                state.touched.insert(*id);
                state.own[place].entry(*id).or_default().join(cells, None);
            }
        }
        // What is one with a purged row is not imported at all.
        if let Write::Import(reading) = write
            && device.cells(Name::Row(super::RECORD)).is_some()
        {
            let read = Write::record(reading);
            state.own[place].entry(super::RECORD).or_default().join(read, None);
        }
    }

    fn hear(&self, state: &mut State, place: usize) -> Option<()> {
        let (of, message) = state.wire.remove(place);
        let device = &mut state.devices[of];
        match message {
            Message::Page(position, page) => {
                let _heard: Heard = device.adopt(position, page, self.mistake);
            }
            Message::Answer(batch, Ok(answers)) => {
                let heard = device.settle(&batch, answers, self.mistake);
                let counts = matches!(heard, Heard::Taken | Heard::More);
                if counts || self.mistake == Some(Mistake::FollowsAnything) {
                    let position = device.position();
                    for next in state.wire.iter_mut().filter(|it| it.0 == of) {
                        next.1.follow(batch.serial, position);
                    }
                }
            }
            Message::Answer(_, Err(Stale::OldCall(last))) => device.overtaken(last),
            Message::Answer(_, Err(Stale::Moved)) => {}
            Message::Call(_) => return None,
        }
        Some(())
    }
}

/// Whether a device may send what waits behind a call: its answer has arrived, and nothing has
/// happened since it went.
fn can_send_behind(state: &State, place: usize) -> bool {
    let (of, message) = &state.wire[place];
    let Message::Answer(before, Ok(_)) = message else { return false };
    let is_behind = |(by, it): &(usize, Message)| match it {
        Message::Call(it) | Message::Answer(it, _) => by == of && it.behind == Some(before.serial),
        Message::Page(..) => false,
    };
    before.behind.is_none()
        && before.position == state.devices[*of].position()
        && !state.wire.iter().any(is_behind)
}

impl Model for Run {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let hub = |person| Hub::new(Identity { person, life: 0 });
        let by_arrival = self.by_arrival;
        let device = |number| Device { number, by_arrival, ..Device::default() };
        vec![State {
            hubs: (0..=self.scope.others).map(hub).collect(),
            copy: None,
            devices: (0..self.scope.devices).map(device).collect(),
            wire: Vec::new(),
            own: vec![Written::new(); self.scope.devices.into()],
            touched: BTreeSet::new(),
            apart: BTreeSet::new(),
            imported: BTreeSet::new(),
            used: Scope::default(),
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for place in 0..state.devices.len() {
            self.writes_of(state, place, steps);
            self.calls_of(state, place, steps);
        }
        for (place, (_, message)) in state.wire.iter().enumerate() {
            match message {
                Message::Call(_) => {
                    steps.extend((0..state.hubs.len()).map(|hub| Step::Arrive(place, hub)));
                }
                // Nobody looks at an answer before the call before it was settled.
                Message::Answer(batch, _) if batch.behind.is_some() => {}
                Message::Page(..) | Message::Answer(..) => steps.push(Step::Hear(place)),
            }
            if state.used.early < self.scope.early && can_send_behind(state, place) {
                steps.push(Step::SendEarly(place));
            }
        }
        let (used, scope) = (state.used, self.scope);
        if used.wipes < scope.wipes {
            steps.push(Step::Wipe);
        }
        if used.restores < scope.restores {
            steps.push(if state.copy.is_some() { Step::PutBack } else { Step::Copy });
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Write(place, write) => self.write(&mut state, place, write),
            Step::Ask(place, hub) => {
                state.used.calls += 1;
                let position = state.devices[place].position();
                let page = state.hubs[hub].serve(position.cursor, self.most(), self.mistake);
                state.wire.push((place, Message::Page(position, page)));
            }
            Step::Send(place) => {
                state.used.calls += 1;
                let batch = state.devices[place].send(self.most(), None);
                if batch.sent.is_empty() {
                    return None;
                }
                state.wire.push((place, Message::Call(batch)));
            }
            Step::SendEarly(place) => {
                state.used.early += 1;
                let (of, message) = &state.wire[place];
                let (of, Message::Answer(before, Ok(_))) = (*of, message) else { return None };
                let batch = state.devices[of].send(self.most(), Some(before));
                if batch.sent.is_empty() {
                    return None;
                }
                state.wire.push((of, Message::Call(batch)));
            }
            Step::Arrive(place, hub) => {
                let (of, message) = state.wire.remove(place);
                let Message::Call(batch) = message else { return None };
                let number = state.devices[of].number;
                let answer = state.hubs[hub].judge(number, &batch, self.mistake);
                state.wire.push((of, Message::Answer(batch, answer)));
            }
            Step::Hear(place) => self.hear(&mut state, place)?,
            Step::Sync(place) => {
                state.used.syncs += 1;
                let hub = &mut state.hubs[0];
                // What came of it is judged by what is there then.
                let _done: Result<(), exchange::Failure> =
                    exchange::sync(&mut state.devices[place], hub, self.most(), self.mistake);
            }
            Step::Crash(place) => {
                state.used.crashes += 1;
                state.wire.retain(|(of, it)| *of != place || matches!(it, Message::Call(_)));
                state.devices[place].life += 1;
            }
            Step::Wipe => {
                state.used.wipes += 1;
                let identity = Identity { person: 0, life: state.used.wipes };
                state.hubs[0] = Hub::new(identity);
                state.copy = None;
            }
            Step::Copy => state.copy = Some(state.hubs[0].clone()),
            Step::PutBack => {
                state.used.restores += 1;
                state.hubs[0] = state.copy.take()?;
            }
        }
        state.note_what_is_apart();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
