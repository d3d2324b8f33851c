//! What befalls a file.

use std::{fs, path::Path};

use anyhow::Result;

use crate::dice::Dice;

/// Of SQLite.
const PAGE: usize = 4096;

/// The kinds of harm, in words.
const KINDS: [&str; 7] =
    ["bytes changed", "cut short", "pages zeroed", "pages swapped", "noise", "emptied", "longer"];

/// Harms a file as the dice fall, but leaves the bytes of `spared` alone where single ones
/// change. Returns what was done.
pub(super) fn harm(path: &Path, dice: &Dice, spared: Option<&str>) -> Result<&'static str> {
    let mut bytes = fs::read(path)?;
    let length = bytes.len().max(1);
    bytes.resize(length, 0);
    let kind = dice.below(KINDS.len());
    match kind {
        0 => {
            let spared = spared.and_then(|it| {
                let at = bytes.windows(it.len()).position(|part| part == it.as_bytes())?;
                Some(at..at + it.len())
            });
            for _ in 0..=dice.below(48) {
                let at = if dice.chance(1, 3) {
                    dice.below(length.min(200))
                } else {
                    dice.below(length)
                };
                if spared.as_ref().is_none_or(|it| !it.contains(&at)) {
                    bytes[at] ^= u8::try_from(1 + dice.below(255))?;
                }
            }
        }
        1 => bytes.truncate(dice.below(length)),
        2 => {
            for _ in 0..=dice.below(3) {
                page(length, dice).for_each(|at| bytes[at] = 0);
            }
        }
        3 => {
            let (one, other) = (page(length, dice), page(length, dice));
            one.zip(other).for_each(|(one, other)| bytes.swap(one, other));
        }
        4 => {
            let at = dice.below(length);
            for byte in bytes.iter_mut().skip(at).take(1 + dice.below(PAGE * 2)) {
                *byte = u8::try_from(dice.below(256))?;
            }
        }
        5 => bytes.clear(),
        _ => bytes.extend(vec![u8::try_from(dice.below(256))?; 1 + dice.below(PAGE * 2)]),
    }
    fs::write(path, bytes)?;
    Ok(KINDS[kind])
}

/// The places of one page.
fn page(length: usize, dice: &Dice) -> std::ops::Range<usize> {
    let start = dice.below(length.div_ceil(PAGE)) * PAGE;
    start..(start + PAGE).min(length)
}
