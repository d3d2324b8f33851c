//! The promises, as what must hold in every state; and what must be seen to happen so that
//! they mean something.

use std::collections::BTreeSet;

use stateright::Property;

use super::{
    Run, State,
    cells::{Cells, Fields},
    quiet::{Broken, quiet},
    rows::{Id, Name, Rows},
    wire::Message,
};

/// Whether of the rows that are one all are purged or none.
fn is_marked_as_one<'a>(
    names: impl Iterator<Item = &'a Name>,
    class: impl Fn(Id) -> BTreeSet<Id>,
    cells: impl Fn(Name) -> Option<Cells>,
) -> bool {
    let mut ids = names.filter_map(|it| if let Name::Row(id) = it { Some(*id) } else { None });
    ids.all(|id| {
        let here: Vec<Cells> =
            class(id).into_iter().filter_map(|it| cells(Name::Row(it))).collect();
        here.iter().all(|it| it.is_purged() == here[0].is_purged())
    })
}

pub(crate) fn all() -> Vec<Property<Run>> {
    vec![
        // 1 and 4: on its own device, nothing that was written is ever undone, by an import least
        // of all.
        Property::always("what was written here stands here", |_, state: &State| {
            state.devices.iter().zip(&state.own).all(|(device, own)| {
                own.iter().all(|(id, written)| {
                    let cells = device.cells(Name::Row(*id)).unwrap_or_default();
                    let mut joined = cells;
                    !joined.join(*written, None) && joined == cells
                })
            })
        }),
        // 1 and 2, once everybody has synced.
        Property::always("every write reaches everybody", |run: &Run, state: &State| {
            !quiet(run, state).has(Broken::Lost)
        }),
        Property::always("everybody ends equal, and says so", |run: &Run, state: &State| {
            !quiet(run, state).has(Broken::Unequal)
        }),
        // 3.
        Property::always("births of one key are one row", |run: &Run, state: &State| {
            !quiet(run, state).has(Broken::Doubles)
        }),
        Property::always("importing again is no traffic", |run: &Run, state: &State| {
            !quiet(run, state).has(Broken::Traffic)
        }),
        // What a device assumes ends with the next answer.
        Property::always("rows that were seen apart stay apart", |run: &Run, state: &State| {
            let is_one = |(one, other): &(u8, u8)| {
                state.devices.iter().any(|it| {
                    it.class(*one).contains(other) && !it.is_assumed(Name::fact(*one, *other))
                }) || state.hubs.iter().any(|it| it.class(*one).contains(other))
            };
            run.scope.restores > 0 || !state.apart.iter().any(is_one)
        }),
        // 5.
        Property::always("one person's rows never reach another", |_, state: &State| {
            let person = |place: usize| state.devices[place].identity.map(|it| it.person);
            let wrote = |id: u8, whose: u8| {
                state.own.iter().enumerate().any(|(place, own)| {
                    own.contains_key(&id) && person(place).is_none_or(|it| it == whose)
                })
            };
            let is_own = |name: &Name, whose: u8| match name {
                Name::Row(id) => wrote(*id, whose),
                Name::Fact(low, high) => wrote(*low, whose) && wrote(*high, whose),
            };
            let at_hub = state
                .hubs
                .iter()
                .all(|hub| hub.rows.keys().all(|it| is_own(it, hub.identity.person)));
            at_hub
                && (0..state.devices.len()).all(|place| {
                    let device = &state.devices[place];
                    let is_here = |it: &&Name| !device.is_assumed(**it);
                    person(place).is_none_or(|whose| {
                        device.rows.keys().filter(is_here).all(|it| is_own(it, whose))
                    })
                })
        }),
        // 7.
        Property::always("who finds both sides equal is equal", |_, state: &State| {
            state.devices.iter().all(|device| {
                state.hubs.iter().all(|hub| {
                    !device.is_in_step_with(hub.identity, hub.head, hub.digests())
                        || Broken::is_same(device, hub)
                })
            })
        }),
        // What leaves the queue has arrived. A hub that loses it is found out afterwards.
        Property::always("what is not owed is at the hub", |_, state: &State| {
            state.used.wipes + state.used.restores > 0
                || state.devices.iter().all(|device| {
                    let hub = state.hubs.iter().find(|it| device.identity == Some(it.identity));
                    device.rows.iter().all(|(name, stored)| {
                        let owed = device.queue.iter().find(|it| it.name == *name);
                        let owed = owed.map_or_else(Fields::default, |it| it.fields);
                        let told = stored.cells.fields().filter(|it| !owed.contains(it));
                        let mut there = hub.and_then(|it| it.cells(*name)).unwrap_or_default();
                        device.is_assumed(*name) || !there.join(stored.cells.part(told), None)
                    })
                })
        }),
        Property::always("nobody holds a part of a row", |_, state: &State| {
            let is_whole = |(name, cells): (&Name, Cells)| {
                matches!(name, Name::Fact(..)) || cells.is_purged() || cells.key().is_some()
            };
            let at_devices = state.devices.iter().flat_map(|it| &it.rows);
            let at_hubs = state.hubs.iter().flat_map(|it| &it.rows);
            at_devices.map(|(name, it)| (name, it.cells)).all(is_whole)
                && at_hubs.map(|(name, it)| (name, it.cells)).all(is_whole)
        }),
        // What a cursor is: unless the hub went back, which is found out afterwards.
        Property::always("what is below the cursor was seen", |run: &Run, state: &State| {
            run.scope.restores > 0
                || state.devices.iter().all(|device| {
                    state.hubs.iter().filter(|it| device.identity == Some(it.identity)).all(|hub| {
                        hub.rows.iter().filter(|(_, it)| it.seq <= device.cursor).all(
                            |(name, fed)| {
                                let mut mine = device.cells(*name).unwrap_or_default();
                                !mine.join(fed.cells, None)
                            },
                        )
                    })
                })
        }),
        Property::always("what was purged stays purged", |_, state: &State| {
            let at_devices =
                state.devices.iter().flat_map(|it| it.rows.values()).map(|it| it.cells);
            let at_hubs = state.hubs.iter().flat_map(|it| it.rows.values()).map(|it| it.cells);
            let is_clean = |cells: Cells| {
                let mut clean = cells;
                clean.give_way(None);
                clean == cells
            };
            let purged: BTreeSet<(usize, u8)> = state
                .own
                .iter()
                .enumerate()
                .flat_map(|(place, own)| own.iter().map(move |(id, it)| (place, *id, it)))
                .filter(|(_, _, it)| it.is_purged())
                .map(|(place, id, _)| (place, id))
                .collect();
            at_devices.chain(at_hubs).all(is_clean)
                && purged.iter().all(|(place, id)| {
                    state.devices[*place].view(*id).is_some_and(|(members, _)| {
                        members.iter().filter(|it| purged.contains(&(*place, **it))).all(|it| {
                            let cells = state.devices[*place].cells(Name::Row(*it));
                            cells.is_some_and(|it| it.is_purged())
                        })
                    })
                })
        }),
        // What a device alone assumes is nobody else's.
        Property::always("what is one with a purged row is purged", |_, state: &State| {
            let at_devices = state.devices.iter().all(|it| {
                is_marked_as_one(it.rows.keys(), |id| it.agreed(id), |name| it.cells(name))
            });
            let at_hubs = state.hubs.iter().all(|it| {
                is_marked_as_one(it.rows.keys(), |id| it.class(id), |name| it.cells(name))
            });
            at_devices && at_hubs
        }),
        Property::sometimes("everybody is in step", |_, state: &State| {
            let hub = &state.hubs[0];
            !hub.rows.is_empty()
                && state.devices.iter().all(|it| it.queue.is_empty() && Broken::is_same(it, hub))
        }),
        Property::sometimes("two calls are on their way", |run: &Run, state: &State| {
            let is_call = |(_, it): &&(usize, Message)| matches!(it, Message::Call(_));
            run.scope.calls < 3 || state.wire.iter().filter(is_call).count() > 1
        }),
        Property::sometimes("a call goes before an answer is heard", |run: &Run, state: &State| {
            run.scope.early == 0 || state.used.early > 0
        }),
        Property::sometimes("two rows are one", |run: &Run, state: &State| {
            let is_fact = |it: &Name| matches!(it, Name::Fact(..));
            run.scope.creates + run.scope.imports < 2
                || run.scope.others > 0
                || !run.scope.is_one_key
                || state.hubs[0].rows.keys().any(is_fact)
        }),
    ]
}
