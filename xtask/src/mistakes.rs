//! `cargo xtask mistakes`: is the convergence suite awake? A suite that never fails may
//! check nothing, so each patch of `crates/convergence/mistakes` makes one plausible
//! mistake in the engine, and the suite must notice it within a minute. The engine as it
//! is goes first, and must not be noticed.
//!
//! It works on a copy of the sources, which lies beside what is built from it.

mod change;
mod generated;
mod merge;
mod program;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

const PATCHES: &str = "crates/convergence/mistakes";
const LIMIT: Duration = Duration::from_secs(60);
/// Schedules of the engine as it is.
const CLEAN: u64 = 500;

/// What to make, and how long to look for it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The mistake to make: a file's name without `.patch` (each of them if left out); of those
    /// made by rule, only those with this in their names
    name: Option<String>,
    /// How many schedules may be played for each
    #[arg(long, default_value_t = 50_000)]
    schedules: u64,
    /// The seed of the first schedule; the others follow it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Make so many small changes by rule instead, drawn by the seed
    #[arg(long)]
    generated: Option<usize>,
    /// How many schedules are played for each of those
    #[arg(long, default_value_t = 300)]
    short: u64,
}

/// A patch that makes one mistake.
struct Mistake {
    name: String,
    patch: PathBuf,
    /// The file that it changes.
    file: PathBuf,
    /// What it does, in a sentence.
    what: String,
}

/// How the suite met a mistake.
struct Met {
    /// The promise that broke; none if the mistake survived.
    broken: Option<String>,
    /// How many seconds were played.
    played: f64,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    if let Some(count) = options.generated {
        return generated::run(root, count, options);
    }
    let mistakes = read(root, options.name.as_deref())?;
    let target = target(root)?;
    let copy = target.join("sources");
    copy_sources(root, &copy)?;
    make_all(&copy, &mistakes)?;
    println!("building an engine with {} mistakes to choose from", mistakes.len());
    build(&copy, &target)?;
    let clean = play(&target, 0, CLEAN, options.seed)?;
    if let Some(broken) = clean.broken {
        bail!("the engine breaks a promise without any mistake: {broken}");
    }
    println!("{:<26} {:>8}  broken promise", "mistake", "play");
    let mut survivors = Vec::new();
    for (place, it) in mistakes.iter().enumerate() {
        let Met { broken, played } = play(&target, place + 1, options.schedules, options.seed)?;
        let found = broken.as_deref().unwrap_or("IT SURVIVED");
        println!("{:<26} {played:>6.1} s  {found}", it.name);
        if broken.is_none() {
            survivors.push(it.name.as_str());
        }
    }
    ensure!(
        survivors.is_empty(),
        "{} of {} mistakes survived {} schedules or {} s: {}; teach the suite in \
         crates/convergence to see them",
        survivors.len(),
        mistakes.len(),
        options.schedules,
        LIMIT.as_secs(),
        survivors.join(", ")
    );
    Ok(())
}

/// Where everything is built.
fn target(root: &Path) -> Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(env::current_dir()?.join(target).join("mistakes"))
}

/// The mistakes below `root` by name, or the one that is asked for.
fn read(root: &Path, name: Option<&str>) -> Result<Vec<Mistake>> {
    let folder = root.join(PATCHES);
    let files = fs::read_dir(&folder).with_context(|| format!("cannot read {PATCHES}"))?;
    let mut all = Vec::new();
    for file in files {
        let patch = file.with_context(|| format!("cannot read {PATCHES}"))?.path();
        if patch.extension().is_none_or(|it| it != "patch") {
            continue;
        }
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&patch).with_context(|| format!("cannot read `{name}`"))?;
        let what: Vec<&str> = text.lines().take_while(|it| !it.trim().is_empty()).collect();
        let file = text.lines().filter_map(|it| it.strip_prefix("+++ b/")).collect::<Vec<_>>();
        let [file] = file[..] else { bail!("{PATCHES}/{name}.patch must change one file") };
        all.push(Mistake { name, patch, file: file.into(), what: what.join(" ") });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let Some(name) = name else { return Ok(all) };
    let known: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    all.retain(|it| it.name == name);
    ensure!(
        !all.is_empty(),
        "there is no {PATCHES}/{name}.patch; choose one of {}",
        known.join(", ")
    );
    Ok(all)
}

/// Copies every file that git does not ignore, as it is now, to a fresh `copy`.
fn copy_sources(root: &Path, copy: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = git.current_dir(root).output().context("cannot run git")?;
    ensure!(listed.status.success(), "git cannot list the files of {}", root.display());
    if copy.exists() {
        fs::remove_dir_all(copy).with_context(|| format!("cannot empty {}", copy.display()))?;
    }
    let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    for name in names.split_terminator('\0').filter(|it| root.join(it).exists()) {
        let to = copy.join(name);
        fs::create_dir_all(to.parent().unwrap_or(copy))
            .and_then(|()| fs::copy(root.join(name), &to))
            .with_context(|| format!("cannot copy {name} to {}", to.display()))?;
    }
    Ok(())
}

/// Applies a patch to the copy.
fn apply(copy: &Path, mistake: &Mistake, options: &[&str]) -> Result<()> {
    let mut git = Command::new("git");
    // Otherwise git takes the copy for a part of the repository that it lies in.
    git.env("GIT_CEILING_DIRECTORIES", copy.parent().unwrap_or(copy));
    git.current_dir(copy).arg("apply").args(options).arg(&mistake.patch);
    let done = git.output().context("cannot run git")?;
    if !done.status.success() {
        let reason = String::from_utf8_lossy(&done.stderr);
        let name = &mistake.name;
        bail!(
            "{PATCHES}/{name}.patch does not apply any more; make the same mistake ({}) in \
             the code as it is now, and renew the patch with `git diff`: {}",
            mistake.what,
            reason.trim()
        );
    }
    Ok(())
}

/// Makes every mistake in the copy, each for a run to choose.
fn make_all(copy: &Path, mistakes: &[Mistake]) -> Result<()> {
    let mut changed: BTreeMap<&Path, Vec<(usize, String)>> = BTreeMap::new();
    for (place, it) in mistakes.iter().enumerate() {
        apply(copy, it, &[])?;
        let text = fs::read_to_string(copy.join(&it.file))?;
        apply(copy, it, &["--reverse"])?;
        changed.entry(&it.file).or_default().push((place + 1, text));
    }
    let mut roots = BTreeSet::new();
    for (file, texts) in changed {
        let path = copy.join(file);
        let merged = merge::merge(&fs::read_to_string(&path)?, &texts);
        let names = texts.iter().map(|(number, _)| mistakes[number - 1].name.as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        fs::write(&path, merged.with_context(|| format!("one of {names}"))?)?;
        let sources = path.ancestors().find(|it| it.ends_with("src"));
        roots.insert(sources.context("a mistake is made in a crate's sources")?.join("lib.rs"));
    }
    for root in roots {
        let text = fs::read_to_string(&root)? + merge::CHOICE;
        fs::write(root, text)?;
    }
    Ok(())
}

/// Builds the copy.
fn build(copy: &Path, target: &Path) -> Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.args(["build", "--locked", "--quiet", "--package", "xtask-player"]);
    let build = cargo.output().context("cannot run cargo")?;
    let reason = String::from_utf8_lossy(&build.stderr);
    ensure!(build.status.success(), "it does not build; renew the patch: {}", reason.trim());
    Ok(())
}

/// Plays schedules with one mistake until one fails.
fn play(target: &Path, mistake: usize, schedules: u64, seed: u64) -> Result<Met> {
    #[expect(clippy::disallowed_methods, reason = "it says how long it took")]
    let now = std::time::Instant::now;
    let start = now();
    let mut sim = Command::new(target.join("debug/xtask-player"))
        .args([schedules, seed].map(|it| it.to_string()))
        .env("DRIFTLINE_MISTAKE", mistake.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run what was built")?;
    while sim.try_wait()?.is_none() {
        if start.elapsed() > LIMIT {
            sim.kill()?;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let played = start.elapsed().as_secs_f64();
    let mut said = String::new();
    if let Some(errors) = &mut sim.stderr {
        errors.read_to_string(&mut said).context("what was built said something odd")?;
    }
    // Only a schedule that fails counts: not a fault that never happened, nor a crash.
    let failed = said.split_once("seed ").filter(|_| said.contains("again: cargo xtask sim"));
    let broken = failed.and_then(|(_, rest)| rest.lines().next()).map(str::to_owned);
    Ok(Met { broken, played })
}
