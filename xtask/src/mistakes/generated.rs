//! Mistakes that nobody thought of: hundreds of small changes, drawn by a seed from all that
//! can be made by rule. The convergence suite must notice each, or the tests of core, or it is
//! in the list of those that survive, with the reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use super::{
    Options, change, copy_sources, merge,
    program::{cargo, programs},
};

/// The files whose lines decide what is merged, ordered, sent and healed, and what the
/// trash is.
const FILES: [&str; 29] = [
    "alias.rs",
    "clock.rs",
    "purge.rs",
    "row.rs",
    "stamp.rs",
    "view.rs",
    "view/order.rs",
    "device/adopt.rs",
    "device/adopt_row.rs",
    "device/ahead.rs",
    "device/batch.rs",
    "device/failing.rs",
    "device/heal.rs",
    "device/import.rs",
    "device/link.rs",
    "device/meet.rs",
    "device/owe.rs",
    "device/purge.rs",
    "device/queue.rs",
    "device/replace.rs",
    "device/restamp.rs",
    "device/settle.rs",
    "device/trash.rs",
    "device/write.rs",
    "hub/feed.rs",
    "hub/judge.rs",
    "hub/mod.rs",
    "hub/purge.rs",
    "hub/state.rs",
];
const SOURCES: &str = "crates/core/src";
const SURVIVORS: &str = "crates/convergence/mistakes/survivors.txt";
/// A run that takes so many times as long as one without a mistake does not come to an end.
const PATIENCE: u32 = 6;

/// A change, and which run of the program makes it.
struct Mutant {
    number: usize,
    file: &'static str,
    change: change::Change,
    was: String,
}

impl Mutant {
    /// What the list of survivors calls it. Lines move, so it is named by what they say.
    fn name(&self) -> String {
        let is = self.change.text.trim();
        format!(
            "{}: `{}` -> `{}`",
            self.file,
            self.was.trim(),
            if is.is_empty() { "nothing" } else { is }
        )
    }
}

pub(super) fn run(root: &Path, count: usize, options: &Options) -> Result<()> {
    let (known, mut mutants) = (survivors(root)?, every(root)?);
    let names: BTreeSet<String> = mutants.iter().map(Mutant::name).collect();
    if let Some(gone) = known.iter().find(|it| !names.contains(*it)) {
        bail!("{SURVIVORS} has `{gone}`, which nobody makes any more; take it out of the list");
    }
    let asked = options.name.as_deref().unwrap_or_default();
    mutants.retain(|it| it.name().contains(asked));
    let possible = mutants.len();
    draw(&mut mutants, count, options.seed)?;
    let target = super::target(root)?;
    let copy = target.join("generated");
    copy_sources(root, &copy)?;
    println!("building an engine with {} of {possible} generated mistakes", mutants.len());
    write(root, &copy, &mutants)?;
    // What the compiler refuses is no mistake that anybody could make.
    while let Some(refused) = refused(&copy, &target, &mutants)? {
        mutants.retain(|it| !refused.contains(&it.number));
        write(root, &copy, &mutants)?;
    }
    println!("{} of them can be built", mutants.len());
    let programs = programs(&copy, &target)?;
    let (mut caught, mut unknown) = (BTreeMap::<&str, u64>::new(), Vec::new());
    let mut limits = Vec::new();
    for program in &programs {
        let (how, took) = program.run(0, options, Duration::from_secs(600))?;
        ensure!(how.is_none(), "`{}` fails without any mistake", program.name);
        limits.push(took * PATIENCE + Duration::from_secs(2));
    }
    for (done, mutant) in mutants.iter().enumerate() {
        let mut noticed = None;
        for (program, limit) in programs.iter().zip(&limits) {
            noticed = program.run(mutant.number, options, *limit)?.0;
            if noticed.is_some() {
                break;
            }
        }
        match noticed {
            Some(by) => *caught.entry(by).or_default() += 1,
            None if known.contains(&mutant.name()) => {
                *caught.entry("survived, as known").or_default() += 1;
            }
            None => {
                println!("{}/{}: survived: {}", done + 1, mutants.len(), mutant.name());
                unknown.push(mutant.name());
            }
        }
    }
    for (by, count) in &caught {
        println!("{count:>6}  {by}");
    }
    ensure!(
        unknown.is_empty(),
        "{} of {} mistakes survived; add a test that sees them, or name them in {SURVIVORS} with \
         the reason",
        unknown.len(),
        mutants.len()
    );
    Ok(())
}

/// The names of the mistakes that may survive. Lines that begin with two spaces are reasons.
fn survivors(root: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join(SURVIVORS)).with_context(|| SURVIVORS.to_owned())?;
    let names = text.lines().filter(|it| !it.is_empty() && !it.starts_with([' ', '#']));
    Ok(names.map(str::to_owned).collect())
}

/// Every mistake that can be made.
fn every(root: &Path) -> Result<Vec<Mutant>> {
    let mut all = Vec::new();
    for file in FILES {
        let path = root.join(SOURCES).join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        let lines: Vec<&str> = text.lines().collect();
        for change in change::all(&text) {
            let was = lines[change.line].to_owned();
            all.push(Mutant { number: 0, file, change, was });
        }
    }
    Ok(all)
}

/// Leaves so many of them, as the seed draws them.
fn draw(all: &mut Vec<Mutant>, count: usize, seed: u64) -> Result<()> {
    let mut state = seed;
    while all.len() > count {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let at = usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(all.len())?)?;
        all.swap_remove(at);
    }
    all.iter_mut().zip(1..).for_each(|(it, number)| it.number = number);
    Ok(())
}

/// Writes the sources with all of them to choose from.
fn write(root: &Path, copy: &Path, mutants: &[Mutant]) -> Result<()> {
    for file in FILES {
        let original = fs::read_to_string(root.join(SOURCES).join(file))?;
        let of_file = mutants.iter().filter(|it| it.file == file);
        let texts = of_file.map(|it| (it.number, change::apply(&original, &it.change)));
        let merged = merge::merge(&original, &texts.collect::<Vec<_>>());
        fs::write(copy.join(SOURCES).join(file), merged.with_context(|| file.to_owned())?)?;
    }
    let lib = Path::new(SOURCES).join("lib.rs");
    let text = fs::read_to_string(root.join(&lib))?;
    // A comparison with itself, code that is never reached: what mistakes look like.
    Ok(fs::write(
        copy.join(lib),
        format!("#![allow(warnings, clippy::all)]\n{text}{}", merge::CHOICE),
    )?)
}

/// The numbers of those that the compiler refuses; none when it takes all.
fn refused(copy: &Path, target: &Path, mutants: &[Mutant]) -> Result<Option<BTreeSet<usize>>> {
    let mut cargo = cargo(copy, target);
    cargo.args([
        "check",
        "--locked",
        "--quiet",
        "--message-format=json",
        "--package",
        "driftline-core",
    ]);
    let output = cargo.output().context("cannot run cargo")?;
    if output.status.success() {
        return Ok(None);
    }
    let mut numbers = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(told) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if told["message"]["level"] != "error" {
            continue;
        }
        for span in told["message"]["spans"].as_array().into_iter().flatten() {
            let (Some(file), Some(at)) = (span["file_name"].as_str(), span["line_start"].as_u64())
            else {
                continue;
            };
            let text = fs::read_to_string(copy.join(file)).unwrap_or_default();
            numbers.extend(arm(&text, usize::try_from(at)?));
        }
    }
    let known = mutants.iter().any(|it| numbers.contains(&it.number));
    ensure!(known, "it does not build: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(Some(numbers))
}

/// The number of the mistake that a line of a merged file belongs to.
fn arm(text: &str, line: usize) -> Option<usize> {
    let lines: Vec<&str> = text.lines().take(line).collect();
    let head = lines.iter().rev().find(|it| it.ends_with(" => {") && !it.starts_with(' '))?;
    head.strip_suffix(" => {")?.parse().ok()
}
