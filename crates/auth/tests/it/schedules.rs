//! Thousands of machines on virtual time, each with two to eight processes that renew one
//! session at once, with processes killed at every step, calls lost on the way there and
//! back, full disks and clocks that jump by a year. Nobody may be signed out.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::common::machine::{Faults, Machine};
use driftline_core::ExposeSecret;
use futures_util::FutureExt;

const MINUTE: u64 = 60_000;
const YEAR: i64 = 365 * 24 * 3_600_000;

#[derive(Default, Debug)]
struct Seen {
    signed_out: u64,
    used: u64,
    refused: u64,
    rotated: u64,
    given_again: u64,
    kills: u64,
    lost: u64,
}

/// One machine for about half a day.
fn play(seed: u64, gate: bool, seen: &mut Seen) {
    let harsh = if seed.is_multiple_of(4) { 0 } else { 1 + seed % 3 };
    let machine = Machine::new(
        seed,
        Faults {
            lost_request: 8 * harsh,
            lost_answer: 10 * harsh,
            busy: 5 * harsh,
            disk_full: 4 * harsh,
            killed: 12 * harsh,
            stalled: 20 * harsh,
            gate,
        },
    );
    let counters: Arc<[AtomicU64; 3]> = Arc::default();
    let rounds: Arc<Vec<AtomicU64>> = Arc::new((0..8).map(|_| AtomicU64::new(0)).collect());
    let processes = 2 + usize::try_from(machine.dice(7)).unwrap();
    let start = machine.state().now;
    let make = |which: usize| {
        let (machine, counters, rounds) = (machine.clone(), counters.clone(), rounds.clone());
        async move {
            let session = machine.session();
            // A process that is killed goes on where it was, as a new one.
            while rounds[which].fetch_add(1, Ordering::Relaxed) < 12 {
                if machine.dice(20) == 0 {
                    machine.jump(if machine.dice(2) == 0 { YEAR } else { -YEAR });
                }
                let mut token = session.access().await;
                for _ in 0..3 {
                    let Ok(Some(it)) = &token else { break };
                    let taken = {
                        let state = machine.state();
                        state.server.takes(it.expose_secret(), state.now)
                    };
                    if taken {
                        counters[1].fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    counters[2].fetch_add(1, Ordering::Relaxed);
                    token = session.another(it).await;
                }
                if matches!(token, Ok(None)) {
                    counters[0].fetch_add(1, Ordering::Relaxed);
                }
                // Often all of them want a new one in the same moment.
                let now = machine.state().now - start;
                let together = (now / (56 * MINUTE) + 1) * 56 * MINUTE - now;
                let alone = machine.dice(90 * MINUTE);
                let length = if machine.dice(3) > 0 { together } else { alone };
                machine.env().sleep(length).await;
            }
        }
        .boxed()
    };
    machine.run(make, processes);
    let count = |which: usize| counters[which].load(Ordering::Relaxed);
    let state = machine.state();
    seen.signed_out += count(0);
    seen.used += count(1);
    seen.refused += count(2);
    seen.rotated += state.server.rotated;
    seen.given_again += state.server.given_again;
    seen.kills += state.kills;
    seen.lost += state.lost;
    assert!(!gate || count(0) == 0, "seed {seed}: signed out");
    assert!(!gate || state.server.ended == 0, "seed {seed}: the session was ended");
}

#[test]
fn ten_thousand_schedules_and_nobody_is_signed_out() {
    let mut seen = Seen::default();
    for seed in 0..10_000 {
        play(seed, true, &mut seen);
    }
    // What was to be tried was tried.
    assert!(seen.used > 200_000, "{seen:?}");
    assert!(seen.rotated > 40_000 && seen.given_again > 5_000, "{seen:?}");
    assert!(seen.kills > 10_000 && seen.lost > 10_000 && seen.refused > 1_000, "{seen:?}");
}

/// The same machines without the turn: the model does end sessions.
#[test]
fn without_the_turn_people_are_signed_out() {
    let mut seen = Seen::default();
    let found = (0..10_000).any(|seed| {
        play(seed, false, &mut seen);
        seen.signed_out > 0
    });
    assert!(found, "{seen:?}");
}
