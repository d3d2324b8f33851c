//! Paths through a scope that between them take every step of it from every state, so that what
//! the model does there can be asked of the real engine.

use std::collections::{BTreeMap, VecDeque};

use stateright::Model;

use super::{Run, State, Step, rows::print_of};

/// What stands for a state.
type Print = u64;

/// One path from the beginning.
pub type Path = Vec<Step>;

/// Where a state was first reached from, and which of its steps no path takes yet.
struct Found {
    from: Option<(Print, Step)>,
    open: Vec<(Step, Print)>,
}

/// Paths that take every step which is possible in the first `most` states of a scope, nearest
/// to the beginning. Always the same ones.
pub fn paths(run: &Run, most: usize) -> Vec<Path> {
    let (mut found, order) = explore(run, most);
    let mut paths = Vec::new();
    // The farthest first: their ways take many of the nearer steps.
    for print in order.into_iter().rev() {
        while let Some((step, next)) = found.get_mut(&print).and_then(|it| it.open.pop()) {
            let mut path = way(&mut found, print);
            path.push(step);
            go_on(&mut found, next, &mut path);
            paths.push(path);
        }
    }
    paths.reverse();
    paths
}

fn explore(run: &Run, most: usize) -> (BTreeMap<Print, Found>, Vec<Print>) {
    let mut found: BTreeMap<Print, Found> = BTreeMap::new();
    let mut order = Vec::new();
    let mut open: VecDeque<(State, Option<(Print, Step)>)> =
        run.init_states().into_iter().map(|it| (it, None)).collect();
    while let Some((state, from)) = open.pop_front() {
        let print = print_of(&state);
        if found.contains_key(&print) || order.len() == most {
            continue;
        }
        let mut steps = Vec::new();
        run.actions(&state, &mut steps);
        let mut nexts = Vec::new();
        for step in steps {
            if let Some(next) = run.next_state(&state, step) {
                nexts.push((step, print_of(&next)));
                open.push_back((next, Some((print, step))));
            }
        }
        nexts.reverse();
        found.insert(print, Found { from, open: nexts });
        order.push(print);
    }
    (found, order)
}

/// The way from the beginning to a state, whose steps count as taken.
fn way(found: &mut BTreeMap<Print, Found>, to: Print) -> Path {
    let mut way = Vec::new();
    let mut at = to;
    while let Some((before, step)) = found.get(&at).and_then(|it| it.from) {
        way.push(step);
        if let Some(it) = found.get_mut(&before) {
            it.open.retain(|(taken, _)| *taken != step);
        }
        at = before;
    }
    way.reverse();
    way
}

/// Goes on as long as there are steps that no path takes yet.
fn go_on(found: &mut BTreeMap<Print, Found>, from: Print, path: &mut Path) {
    let mut at = from;
    while let Some((step, next)) = found.get_mut(&at).and_then(|it| it.open.pop()) {
        path.push(step);
        at = next;
    }
}
