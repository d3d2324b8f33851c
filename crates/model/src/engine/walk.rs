//! Random walks through scopes that are too great to be searched as a whole.

use stateright::{Expectation, Model};

use super::{Run, State, paths::Path};

/// A promise that was broken, and the way there.
pub type Found = (&'static str, Path);

/// Takes up to `steps` random steps, and checks every promise after each. The same seed takes
/// the same steps.
///
/// # Errors
/// The first promise that is broken, and a way there without what does not matter.
pub fn walk(run: &Run, seed: u64, steps: usize) -> Result<(), Found> {
    let promises = run.properties();
    let mut state = run.init_states().remove(0);
    let (mut path, mut open, mut random) = (Path::new(), Vec::new(), seed);
    while path.len() < steps {
        open.clear();
        run.actions(&state, &mut open);
        if open.is_empty() {
            break;
        }
        let step = open[below(&mut random, open.len())];
        let Some(next) = run.next_state(&state, step) else { continue };
        path.push(step);
        state = next;
        for it in &promises {
            if matches!(it.expectation, Expectation::Always) && !(it.condition)(run, &state) {
                return Err((it.name, shrink(run, it.condition, path)));
            }
        }
    }
    Ok(())
}

/// Leaves out every step without which the promise is still broken.
fn shrink(run: &Run, condition: fn(&Run, &State) -> bool, mut path: Path) -> Path {
    let mut place = path.len();
    while place > 0 {
        place -= 1;
        let mut shorter = path.clone();
        shorter.remove(place);
        if let Some(broken) = until_broken(run, condition, &shorter) {
            path = broken;
            place = path.len().min(place + 1);
        }
    }
    path
}

/// The part of a path after which the promise is broken, if it can be taken.
fn until_broken(run: &Run, condition: fn(&Run, &State) -> bool, path: &Path) -> Option<Path> {
    let mut state = run.init_states().remove(0);
    let mut open = Vec::new();
    for (place, step) in path.iter().enumerate() {
        open.clear();
        run.actions(&state, &mut open);
        if !open.contains(step) {
            return None;
        }
        state = run.next_state(&state, *step)?;
        if !condition(run, &state) {
            return Some(path[..=place].to_vec());
        }
    }
    None
}

/// The next random number below `end`: SplitMix64.
fn below(random: &mut u64, end: usize) -> usize {
    *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (*random ^ (*random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let end = u64::try_from(end).unwrap_or(u64::MAX);
    usize::try_from((bits ^ (bits >> 31)) % end.max(1)).unwrap_or_default()
}
