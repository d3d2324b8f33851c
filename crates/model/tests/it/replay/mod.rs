//! Paths of the model, taken by the real engine. After each step every replica must look as it
//! does in the model; in the end everybody syncs as programs do, and it must once more.
#![allow(clippy::print_stdout, reason = "figures")]

pub(crate) mod names;
mod seen;
mod world;

use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use driftline_core::{BackendPlugin, MakeScratch};
use driftline_memory as _;
use driftline_model::engine::{
    Run, Scope, State,
    effects::effects,
    exchange::sync,
    paths::{Path, paths},
};
use driftline_sqlite as _;
use stateright::Model;

use self::{names::Names, world::World};
use crate::engine::seen;

fn scratch(name: &str) -> MakeScratch {
    BackendPlugin::registered()[name].scratch.unwrap()
}

/// Takes a path. Returns how many steps that was.
fn take(run: &Run, path: &Path, make: MakeScratch, names: &Names) -> usize {
    let mut world = World::new(run, make, names);
    let mut state = run.init_states().remove(0);
    let taken = |count: usize| format!("{:?}", &path[..count]);
    for (place, step) in path.iter().enumerate() {
        let Some(next) = run.next_state(&state, *step) else { break };
        world.step(*step, &state);
        state = next;
        if let Err(difference) = world.compare(&state) {
            panic!("after {}\n{difference}", taken(place + 1));
        }
    }
    path.len() + end(run, &mut world, &mut state, &|| taken(path.len()))
}

/// Everybody syncs twice.
fn end(run: &Run, world: &mut World<'_>, state: &mut State, taken: &dyn Fn() -> String) -> usize {
    state.wire.clear();
    world.lose();
    let places: Vec<usize> = (0..state.devices.len()).collect();
    for place in places.iter().chain(&places) {
        let State { devices, hubs, .. } = &mut *state;
        let device = &mut devices[*place];
        let hub = device.identity.map_or(0, |it| usize::from(it.person));
        sync(device, &mut hubs[hub], run.most(), None).unwrap();
        world.sync(*place, hub);
        if let Err(difference) = world.compare(state) {
            panic!("after {}\nand a sync of device {place}\n{difference}", taken());
        }
    }
    places.len() * 2
}

/// The paths to each kind of effect in a scope, which several tests ask for.
pub(crate) fn effects_of(name: &'static str, scope: Scope) -> Vec<Path> {
    type Known = Mutex<BTreeMap<&'static str, Arc<OnceLock<Vec<Path>>>>>;
    static KNOWN: Known = Mutex::new(BTreeMap::new());
    let run = Run { scope, ..Run::default() };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(name).or_default().clone();
    known.get_or_init(|| effects(&run)).clone()
}

/// Takes every `nth` path of those that lead to each kind of effect. With `DRIFTLINE_PATHS=N`
/// takes all of them, and every step from the N states of each scope that are nearest to its
/// beginning.
fn replay(store: &str, by_arrival: bool, nth: usize) {
    let (names, make) = (Names::new("folders"), scratch(store));
    let most = env::var("DRIFTLINE_PATHS").ok().and_then(|it| it.parse().ok());
    let (mut count, mut steps) = (0, 0);
    for (name, scope) in Scope::SMALL {
        let run = Run { scope: *scope, mistake: None, by_arrival };
        let mut ways = effects_of(name, *scope);
        match most {
            Some(most) => ways.extend(paths(&run, most)),
            None => ways = ways.into_iter().step_by(nth).collect(),
        }
        let taken: usize = ways.iter().map(|it| take(&run, it, make, &names)).sum();
        println!("{store}, {name}: {} paths, {taken} steps", ways.len());
        count += ways.len();
        steps += taken;
    }
    println!("{store}: {count} paths, {steps} steps");
}

#[test]
fn memory_goes_the_ways_of_the_model() {
    replay("memory", false, 1);
}

#[test]
fn sqlite_goes_the_ways_of_the_model() {
    replay("sqlite", true, 20);
}

/// The ways on which each mistake of the model is seen.
#[test]
fn the_engine_makes_none_of_the_mistakes() {
    let names = Names::new("folders");
    let mut ways = 0;
    for (_, scope, broken) in seen() {
        for (_, way) in broken {
            for (store, by_arrival) in [("memory", false), ("sqlite", true)] {
                let run = Run { scope: *scope, mistake: None, by_arrival };
                take(&run, way, scratch(store), &names);
            }
            ways += 1;
        }
    }
    println!("{ways} ways");
}
