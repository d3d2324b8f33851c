//! `cargo xtask mistakes`: is the convergence suite awake? A suite that never fails may
//! check nothing, so each patch of `crates/convergence/mistakes` makes one plausible
//! mistake in the engine, and the suite must notice it within a minute.
//!
//! It works on a copy of the sources, which lies beside what is built from it, so that
//! a second run builds little.

use std::{
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

/// What to make, and how long to look for it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The mistake to make: a file's name without `.patch` (each of them if left out)
    name: Option<String>,
    /// How many schedules may be played for each
    #[arg(long, default_value_t = 50_000)]
    schedules: u64,
    /// The seed of the first schedule; the others follow it
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A patch that makes one mistake.
struct Mistake {
    name: String,
    patch: PathBuf,
    /// What it does, in a sentence.
    what: String,
}

/// How the suite met a mistake.
struct Met {
    /// The promise that broke; none if the mistake survived.
    broken: Option<String>,
    built: f64,
    played: f64,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let mistakes = read(root, options.name.as_deref())?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = env::current_dir()?.join(target).join("mistakes");
    let copy = target.join("sources");
    copy_sources(root, &copy)?;
    for it in &mistakes {
        apply(&copy, it, &["--check"])?;
    }
    let mut survivors = Vec::new();
    let mut table = Vec::new();
    for it in &mistakes {
        println!("{}: {}", it.name, it.what);
        apply(&copy, it, &[])?;
        let met = meet(&copy, &target, options).with_context(|| format!("mistake `{}`", it.name));
        apply(&copy, it, &["--reverse"])?;
        let Met { broken, built, played } = met?;
        let found = broken.as_deref().unwrap_or("IT SURVIVED");
        println!("    {played:.1} s of play after {built:.0} s of building: {found}");
        table.push(format!("{:<26} {played:>6.1} s {built:>6.0} s  {found}", it.name));
        if broken.is_none() {
            survivors.push(it.name.as_str());
        }
    }
    println!("\n{:<26} {:>8} {:>8}  broken promise", "mistake", "play", "build");
    println!("{}", table.join("\n"));
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
        all.push(Mistake { name, patch, what: what.join(" ") });
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

/// Copies every file that git knows of, as it is now, to a fresh `copy`.
fn copy_sources(root: &Path, copy: &Path) -> Result<()> {
    let mut git = Command::new("git");
    let listed =
        git.current_dir(root).args(["ls-files", "-z"]).output().context("cannot run git")?;
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

/// Builds the copy and plays schedules until one fails.
fn meet(copy: &Path, target: &Path, options: &Options) -> Result<Met> {
    #[expect(clippy::disallowed_methods, reason = "it says how long it took")]
    let now = std::time::Instant::now;
    let start = now();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.args(["build", "--quiet", "--package", "xtask-player"]);
    let build = cargo.output().context("cannot run cargo")?;
    let reason = String::from_utf8_lossy(&build.stderr);
    ensure!(build.status.success(), "it does not build; renew the patch: {}", reason.trim());
    let built = start.elapsed().as_secs_f64();
    let start = now();
    let mut sim = Command::new(target.join("debug/xtask-player"));
    let (schedules, seed) = (options.schedules.to_string(), options.seed.to_string());
    sim.args([&schedules, &seed]).current_dir(copy);
    let mut sim = sim
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
    Ok(Met { broken, built, played })
}
