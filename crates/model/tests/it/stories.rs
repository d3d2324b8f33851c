//! What hubs hear and answer on the paths of the model, as vectors for a hub in another language:
//! `convex/tests/vectors/model.json`, in the form of `hub.json` there.
#![allow(clippy::print_stdout, reason = "figures")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use driftline_core::value;
use driftline_model::engine::{
    Run, Scope, Step,
    cells::{Cells, Shape},
    exchange::sync_heard,
    hub::Hub,
    rows::{Name, print_of},
    wire::{Answer, Answers, Batch, Message, Stale},
};
use serde_json::{Value, json};
use stateright::Model;

use crate::replay::{
    effects_of,
    names::{NOW, Names},
};

/// What the devices are called.
const CALLED: [&str; 3] = ["laptop", "desktop", "tablet"];

/// All that one hub hears and answers, until it is wiped or put back.
struct Story {
    pushes: Vec<Value>,
    hub: Hub,
    /// What stands for each kind of answer to each kind of push.
    kinds: BTreeSet<u64>,
}

fn row_of(names: &Names, name: Name, cells: Cells) -> Vec<Value> {
    let row = names.row(name, cells);
    let cell = |(field, it): (&_, &driftline_core::Cell)| {
        json!([field, it.stamp.to_string(), value::text(&it.value)])
    };
    row.cells().map(cell).collect()
}

fn hash_of(names: &Names, name: Name, shape: Shape) -> String {
    format!("{:016x}", names.hash(name, shape))
}

fn digests_of(names: &Names, hub: &Hub) -> BTreeMap<&'static str, String> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, it) in &hub.rows {
        let sum = sums.entry(names.entity(*name)).or_default();
        *sum = sum.wrapping_add(names.hash(*name, it.cells.shape()));
    }
    sums.into_iter().map(|(name, sum)| (name, format!("{sum:016x}"))).collect()
}

impl Story {
    fn hear(
        &mut self,
        names: &Names,
        device: u8,
        hub: &Hub,
        batch: &Batch,
        answer: &Result<Answers, Stale>,
    ) {
        let before = std::mem::replace(&mut self.hub, hub.clone());
        let changes: Vec<Value> = batch
            .sent
            .iter()
            .map(|it| {
                let mut change = json!({
                    "entity": names.entity(it.name),
                    "id": names.id(it.name).to_string(),
                    "cells": row_of(names, it.name, it.cells),
                });
                for (named, is_so) in [("birth", it.is_birth), ("whole", it.is_whole)] {
                    if is_so {
                        change[named] = true.into();
                    }
                }
                change
            })
            .collect();
        let mut push = json!({
            "time": NOW,
            "device": CALLED[usize::from(device)],
            "serial": batch.serial,
            "changes": changes,
        });
        if batch.position.identity != Some(hub.identity) {
            push["wrong"] = "epoch".into();
        }
        match answer {
            Ok(answers) => push["answer"] = answer_of(names, hub, batch, answers),
            Err(Stale::Moved) => push["error"] = json!({ "code": "moved" }),
            Err(Stale::OldCall(last)) => {
                push["error"] = json!({ "code": "old_call", "last": last });
            }
        }
        self.pushes.push(push);
        let known = |name: &Name| before.rows.get(name).map(|it| (it.is_born, it.cells.fields()));
        let sent: Vec<_> = batch
            .sent
            .iter()
            .map(|it| (it.is_birth, it.is_whole, it.cells.fields(), known(&it.name)))
            .collect();
        let what = answer.as_ref().map(|it| {
            let is_taken = |it: &Answer| matches!(it, Answer::Accepted(..));
            (it.recorded.len(), it.answers.iter().map(is_taken).collect::<Vec<_>>())
        });
        let is_moved = before.head != hub.head;
        self.kinds.insert(print_of(&(sent, is_moved, what.map_err(|it| *it == Stale::Moved))));
    }

    fn end(&self, names: &Names, name: &str) -> Value {
        let mut rows: Vec<_> = self.hub.rows.iter().collect();
        rows.sort_by_key(|(_, it)| it.seq);
        let feed: Vec<Value> = rows
            .into_iter()
            .map(|(name, it)| {
                json!({
                    "seq": it.seq,
                    "entity": names.entity(*name),
                    "id": names.id(*name).to_string(),
                    "hash": hash_of(names, *name, it.cells.shape()),
                    "cells": row_of(names, *name, it.cells),
                })
            })
            .collect();
        json!({
            "name": name,
            "pushes": self.pushes,
            "feed": feed,
            "head": self.hub.head,
            "digests": digests_of(names, &self.hub),
        })
    }
}

fn answer_of(names: &Names, hub: &Hub, batch: &Batch, answers: &Answers) -> Value {
    let one = |(sent, answer): (&driftline_model::engine::wire::Sent, &Answer)| match answer {
        Answer::Accepted(seq, shape) => {
            json!({ "kind": "accepted", "seq": seq, "hash": hash_of(names, sent.name, *shape) })
        }
        Answer::NeedWhole => json!({ "kind": "need_whole" }),
    };
    let fact = |(seq, name): &(u8, Name)| {
        let change = json!({
            "entity": names.entity(*name),
            "id": names.id(*name).to_string(),
            "whole": true,
            "cells": row_of(names, *name, Cells::fact()),
        });
        json!([seq, change])
    };
    json!({
        "head": answers.head,
        "answers": batch.sent.iter().zip(&answers.answers).map(one).collect::<Vec<_>>(),
        "recorded": answers.recorded.iter().map(fact).collect::<Vec<_>>(),
        "digests": digests_of(names, hub),
    })
}

/// The stories of the first person's hub on a path, at the end of which everybody syncs.
fn stories(run: &Run, path: &[Step], names: &Names) -> Vec<Story> {
    let mut state = run.init_states().remove(0);
    let begin = |hub: &Hub| Story { pushes: Vec::new(), hub: hub.clone(), kinds: BTreeSet::new() };
    let mut told = vec![begin(&state.hubs[0])];
    let end = (0..state.devices.len()).map(Step::Sync);
    for step in path.iter().copied().chain(end) {
        let story = told.last_mut().unwrap();
        if let Step::Sync(place) = step {
            let device = &mut state.devices[place];
            let number = device.number;
            let mut hear = |hub: &Hub, batch: &Batch, answer: &Result<Answers, Stale>| {
                story.hear(names, number, hub, batch, answer);
            };
            sync_heard(device, &mut state.hubs[0], run.most(), None, &mut hear).unwrap();
            continue;
        }
        let Some(next) = run.next_state(&state, step) else { break };
        state = next;
        match (step, state.wire.last()) {
            (Step::Arrive(..), Some((of, Message::Answer(batch, answer)))) => {
                let number = state.devices[*of].number;
                story.hear(names, number, &state.hubs[0], batch, answer);
            }
            // A deployment cannot be put back, so that story is over.
            (Step::PutBack, _) => return told,
            (Step::Wipe, _) => told.push(begin(&state.hubs[0])),
            _ => {}
        }
    }
    told
}

#[test]
fn the_vectors_for_another_hub_are_those_of_the_model() {
    let names = Names::new("workspaces");
    let (mut kinds, mut cases) = (BTreeSet::new(), Vec::new());
    let scopes = Scope::SMALL.iter().filter(|(_, it)| it.others == 0);
    for (name, scope) in scopes {
        let run = Run { scope: *scope, mistake: None, by_arrival: false };
        let mut count = 0;
        for path in effects_of(name, *scope).iter().rev() {
            for story in stories(&run, path, &names) {
                if !story.kinds.is_subset(&kinds) {
                    count += 1;
                    kinds.extend(&story.kinds);
                    cases.push(story.end(&names, &format!("{name} {count}")).to_string());
                }
            }
        }
    }
    println!("{} stories with {} kinds of pushes", cases.len(), kinds.len());
    let text = format!("[\n{}\n]\n", cases.join(",\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../convex/tests/vectors/model.json");
    if env::var_os("DRIFTLINE_WRITE_VECTORS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let is_same = fs::read_to_string(&file).is_ok_and(|it| it == text);
    assert!(is_same, "{}: run this test with DRIFTLINE_WRITE_VECTORS=1", file.display());
}
