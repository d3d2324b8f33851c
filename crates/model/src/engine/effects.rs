//! Every kind of effect that a step has anywhere in a scope, each on the shortest way to it.
//! These are far fewer ways than there are steps, and between them they take every turn that
//! the rules have.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use stateright::Model;

use super::{
    Run, State, Step, Write,
    cells::{Cells, Fields},
    device::Device,
    hub::Hub,
    paths::Path,
    rows::{Name, print_of},
    wire::{Answer, Message},
};

/// For each kind of effect in the scope the shortest path that ends with it. Always the same
/// ones.
pub fn effects(run: &Run) -> Vec<Path> {
    let mut from: BTreeMap<u64, Option<(u64, Step)>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut paths = Vec::new();
    let mut open = VecDeque::new();
    for state in run.init_states() {
        from.insert(print_of(&state), None);
        open.push_back(state);
    }
    let mut steps = Vec::new();
    while let Some(state) = open.pop_front() {
        let print = print_of(&state);
        run.actions(&state, &mut steps);
        for step in steps.drain(..) {
            let Some(next) = run.next_state(&state, step) else { continue };
            if seen.insert(effect(&state, step, &next)) {
                let mut path = vec![step];
                let mut at = print;
                while let Some((before, step)) = from.get(&at).copied().flatten() {
                    path.push(step);
                    at = before;
                }
                path.reverse();
                paths.push(path);
            }
            let next_print = print_of(&next);
            if let std::collections::btree_map::Entry::Vacant(it) = from.entry(next_print) {
                it.insert(Some((print, step)));
                open.push_back(next);
            }
        }
    }
    paths
}

/// What stands for a kind of effect.
fn effect(before: &State, step: Step, after: &State) -> u64 {
    let (kind, message) = match step {
        Step::Write(_, write) => (kind_of(write), 0),
        Step::Ask(..) => (10, 0),
        Step::Send(_) => (11, after.wire.last().map_or(0, |(_, it)| of_message(it))),
        Step::Arrive(..) => (12, after.wire.last().map_or(0, |(_, it)| of_message(it))),
        Step::Hear(place) => (13, of_message(&before.wire[place].1)),
        Step::Sync(_) => (14, 0),
        Step::Crash(_) => (15, 0),
        Step::Wipe => (16, 0),
        Step::Copy => (17, 0),
        Step::PutBack => (18, 0),
        Step::SendEarly(_) => (19, after.wire.last().map_or(0, |(_, it)| of_message(it))),
    };
    let devices: Vec<u64> = before
        .devices
        .iter()
        .zip(&after.devices)
        .filter(|(before, after)| before != after)
        .map(|(before, after)| of_device(before, after))
        .collect();
    let hubs: Vec<u64> = before
        .hubs
        .iter()
        .zip(&after.hubs)
        .filter(|(before, after)| before != after)
        .map(|(before, after)| of_hub(before, after))
        .collect();
    print_of(&(kind, message, devices, hubs))
}

fn kind_of(write: Write) -> u8 {
    match write {
        Write::Create(..) => 0,
        Write::Edit(_) => 1,
        Write::Rename(..) => 2,
        Write::Delete(_) => 3,
        Write::Restore(_) => 4,
        Write::Purge(_) => 5,
        Write::Import(_) => 6,
    }
}

fn is_fact(name: Name) -> bool {
    matches!(name, Name::Fact(..))
}

/// Which kinds of rows travel how, and what became of them.
fn of_message(message: &Message) -> u64 {
    let of_batch = |batch: &super::wire::Batch| -> BTreeSet<(bool, bool, bool, Fields)> {
        let sent = batch.sent.iter();
        sent.map(|it| (is_fact(it.name), it.is_birth, it.is_whole, it.cells.fields())).collect()
    };
    match message {
        Message::Page(_, page) => {
            let rows: BTreeSet<(bool, Fields)> =
                page.changes.iter().map(|(name, it)| (is_fact(*name), it.fields())).collect();
            print_of(&(0, rows, page.digests.is_some()))
        }
        Message::Call(batch) => print_of(&(1, of_batch(batch))),
        Message::Answer(batch, Ok(answers)) => {
            let wholes = answers.answers.iter().map(|it| *it == Answer::NeedWhole);
            let wholes: BTreeSet<bool> = wholes.collect();
            print_of(&(2, of_batch(batch), wholes, !answers.recorded.is_empty()))
        }
        Message::Answer(_, Err(stale)) => print_of(&(3, std::mem::discriminant(stale))),
    }
}

/// The fields that changed, that are new, and that are gone.
fn of_cells(before: Option<Cells>, after: Option<Cells>) -> (Fields, Fields, Fields) {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let (was, is) = (old.fields(), new.fields());
    (
        is.filter(|it| was.contains(it) && old.get(it) != new.get(it)),
        is.filter(|it| !was.contains(it)),
        was.filter(|it| !is.contains(it)),
    )
}

fn of_device(before: &Device, after: &Device) -> u64 {
    let names: BTreeSet<Name> = before.rows.keys().chain(after.rows.keys()).copied().collect();
    let entry = |of: &Device, name| of.queue.iter().find(|it| it.name == name).copied();
    let rows: BTreeSet<_> = names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (before.rows.get(&name), after.rows.get(&name));
            let (was, is) = (entry(before, name), entry(after, name));
            let fields = |it: Option<super::device::Entry>| it.map(|it| it.fields);
            (old != new || was != is).then(|| {
                let cells = of_cells(old.map(|it| it.cells), new.map(|it| it.cells));
                let acked = (old.map(|it| it.is_acked), new.map(|it| it.is_acked));
                let is_held = old.map(|it| it.held) == new.map(|it| it.held);
                (is_fact(name), cells, acked, is_held, fields(was), fields(is))
            })
        })
        .collect();
    let differ = |it: &Device| it.compared.map(|it| it.1);
    print_of(&(
        rows,
        (before.identity.is_some(), before.identity == after.identity),
        (before.cursor.cmp(&after.cursor), before.resets != after.resets),
        (before.healed.is_some(), after.healed.is_some(), differ(before), differ(after)),
        (before.mine < after.mine, before.seen < after.seen, before.serial < after.serial),
    ))
}

fn of_hub(before: &Hub, after: &Hub) -> u64 {
    let rows: BTreeSet<_> = after
        .rows
        .iter()
        .filter(|(name, it)| before.rows.get(name) != Some(it))
        .map(|(name, it)| {
            let old = before.rows.get(name);
            let cells = of_cells(old.map(|it| it.cells), Some(it.cells));
            (is_fact(*name), cells, old.map(|it| it.is_born), it.is_born)
        })
        .collect();
    print_of(&(rows, before.head.cmp(&after.head), before.identity == after.identity))
}
