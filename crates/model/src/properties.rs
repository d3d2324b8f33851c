//! What must hold in every state, and what must be seen to happen so that it means something.

use stateright::Property;

use crate::{Run, State, bucket::Slot, device::Phase};

pub(crate) fn all() -> Vec<Property<Run>> {
    vec![
        // Unless the bucket itself lost it, whatever a device was told is in the log.
        Property::always("nothing acknowledged is lost", |_, state: &State| {
            let held = state.held();
            let told = state.devices.iter().flat_map(|it| &it.told);
            told.clone().all(|it| held.contains(it) || state.lost.contains(it))
        }),
        // What a bucket lost is noticed: who holds it believes that the log does, until the next
        // listing shows that it does not, or offers it.
        Property::always("what is held is in the log or offered", |_, state: &State| {
            state.devices.iter().all(|device| {
                let logged = device.mirror.values();
                device.rows.iter().all(|it| logged.contains(it) || device.queue.contains(it))
            })
        }),
        // Whoever finds nothing to read has read the log: one order for all, and no other
        // history.
        Property::always("a mirror is the log", |_, state: &State| !state.is_mistaken),
        // Otherwise nobody could ever read on.
        Property::always("somebody holds the key", |_, state: &State| {
            let key = state.bucket.newest().key;
            state.devices.iter().any(|it| it.keys.contains(&key))
        }),
        // Otherwise nobody could ever read what follows it.
        Property::always("somebody has read what is damaged", |_, state: &State| {
            let damaged = state.bucket.slots.iter().rposition(|it| *it == Slot::Damaged);
            let Some(number) = damaged.map(|it| it + 1) else { return true };
            state.bucket.snapshot_number(false) > number
                || state.devices.iter().any(|it| it.mirror.number >= number)
        }),
        Property::sometimes("a device needs the new words", |run: &Run, state: &State| {
            let needs = |it: &crate::device::Device| it.phase == Phase::Locked;
            run.scope.rotations == 0 || state.devices.iter().any(needs)
        }),
        Property::sometimes("every row is in the log, and everybody knows", |_, state: &State| {
            let rows = state.devices.len();
            state.devices.iter().all(|it| it.told.len() == 1 && it.mirror.values().len() == rows)
        }),
        Property::sometimes("two devices want one number", |_, state: &State| {
            let is_creating = |it: &&crate::device::Device| matches!(it.phase, Phase::Creating(_));
            state.devices.iter().filter(is_creating).count() > 1
        }),
        Property::sometimes("an entry is not one's own", |_, state: &State| {
            state.devices.iter().any(|it| matches!(it.phase, Phase::Unsure(_)))
        }),
    ]
}
