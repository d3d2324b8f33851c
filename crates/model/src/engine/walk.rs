//! Random walks through scopes that are too great to be searched as a whole.

use stateright::{Expectation, Model};

use super::{Run, paths::Path};

/// A promise that was broken, and the way there.
pub type Found = (&'static str, Path);

/// Takes up to `steps` random steps, and checks every promise after each. The same seed takes
/// the same steps.
///
/// # Errors
/// The first promise that is broken.
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
                return Err((it.name, path));
            }
        }
    }
    Ok(())
}

/// The next random number below `end`: SplitMix64.
fn below(random: &mut u64, end: usize) -> usize {
    *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (*random ^ (*random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let end = u64::try_from(end).unwrap_or(u64::MAX);
    usize::try_from((bits ^ (bits >> 31)) % end.max(1)).unwrap_or_default()
}
