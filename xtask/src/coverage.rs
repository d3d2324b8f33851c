//! `cargo xtask coverage`: which lines of the engine the paths of the model reach, which the
//! schedules of the convergence suite, and which the tests. A line that none of them does is in a
//! list, with the reason. Or the same of the ways out of conditions, without a list.

mod places;
mod tools;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use self::{
    places::{Place, Reached, reached},
    tools::Tools,
};

/// What merges, orders, sends and heals.
const FILES: [&str; 11] = [
    "alias.rs", "clock.rs", "purge.rs", "row.rs", "stamp.rs", "view.rs", "view/", "sync.rs",
    "sync/", "hub/", "device/",
];
const SOURCES: &str = "crates/core/src";
const KNOWN: &str = "crates/convergence/mistakes/unreached.txt";

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many schedules of the suite are played
    #[arg(long, default_value_t = 3_000)]
    schedules: u64,
    /// The seed of the first one
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Count the ways out of conditions instead of lines, and name those that nothing takes. The
    /// compiler's option for it is not stable yet
    #[arg(long)]
    branches: bool,
    /// Print one JSON object per file
    #[arg(long)]
    json: bool,
}

/// Who reaches lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The paths of the model, taken by the engine.
    Model,
    /// Schedules of the convergence suite.
    Suite,
    /// The tests of the engine, of the suite and of the SQLite store.
    Tests,
}

impl Who {
    const ALL: [Self; 3] = [Self::Model, Self::Suite, Self::Tests];

    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Suite => "suite",
            Self::Tests => "tests",
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Model => &["driftline-model"],
            Self::Suite => &["xtask-player"],
            Self::Tests => &["driftline-core", "driftline-convergence", "driftline-sqlite"],
        }
    }

    fn arguments(self, options: &Options) -> Vec<String> {
        match self {
            Self::Model => vec!["replay".into()],
            Self::Suite => vec![options.schedules.to_string(), options.seed.to_string()],
            Self::Tests => Vec::new(),
        }
    }
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let tools = Tools::find()?;
    let target = target(root, options)?;
    let mut by = Vec::new();
    for who in Who::ALL {
        eprintln!("{}: building and running {}", who.name(), who.packages().join(", "));
        by.push(of(root, &target, &tools, who, options)?);
    }
    let mut known = known(root)?.into_iter().map(|it| (it, true)).collect::<BTreeMap<_, _>>();
    if !options.json {
        println!("{}", Counts::HEAD);
    }
    let (mut sum, mut open) = (Counts::default(), 0);
    let files: BTreeSet<&String> = by.iter().flat_map(|it| it.files.keys()).collect();
    for file in files {
        let places = joined(&by, file);
        let counts = Counts::of(&places);
        sum.add(&counts);
        println!("{}", if options.json { counts.json(file) } else { counts.line(file) });
        let text = fs::read_to_string(root.join(SOURCES).join(file))?;
        let said: Vec<&str> = text.lines().collect();
        for ((line, _), _) in places.iter().filter(|it| *it.1 == [false; 3]) {
            let name = format!("{file}: `{}`", said.get(line - 1).map_or("", |it| it.trim()));
            if let Some(is_reached) = known.get_mut(&name) {
                *is_reached = false;
            } else {
                eprintln!("{line:>5} {name}");
                open += 1;
            }
        }
    }
    println!("{}", if options.json { sum.json("all") } else { sum.line("all") });
    // What two processes do at once is not reached every time, so this is no error.
    for (name, _) in known.iter().filter(|it| *it.1 && !options.branches) {
        eprintln!("in {KNOWN}, but reached: {name}");
    }
    ensure!(
        open == 0 || options.branches,
        "{open} lines are reached by nothing; take them out, reach them, or name them in {KNOWN} \
         with the reason",
    );
    Ok(())
}

/// The places of a file, and who of [`Who::ALL`] reaches each.
fn joined(by: &[Reached], file: &str) -> BTreeMap<Place, [bool; 3]> {
    let mut places: BTreeMap<Place, [bool; 3]> = BTreeMap::new();
    for (who, reached) in by.iter().enumerate() {
        for (place, is_reached) in reached.files.get(file).into_iter().flatten() {
            places.entry(*place).or_default()[who] |= is_reached;
        }
    }
    places
}

/// How many places of a file there are, and how many of them are reached by whom.
#[derive(Default)]
struct Counts([usize; 6]);

impl Counts {
    const NAMES: [&str; 6] = ["all", "model", "suite", "either", "tests", "nothing"];
    const HEAD: &str = "                            all   model   suite  either   tests nothing";

    fn of(places: &BTreeMap<Place, [bool; 3]>) -> Self {
        let count = |is: &dyn Fn(&[bool; 3]) -> bool| places.values().filter(|it| is(it)).count();
        Self([
            places.len(),
            count(&|it| it[0]),
            count(&|it| it[1]),
            count(&|it| it[0] || it[1]),
            count(&|it| it[2]),
            count(&|it| *it == [false; 3]),
        ])
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    fn line(&self, file: &str) -> String {
        let counts: String = self.0.iter().map(|it| format!(" {it:>7}")).collect();
        format!("{file:<23}{counts}")
    }

    fn json(&self, file: &str) -> String {
        let mut told = serde_json::Map::from_iter([("file".to_owned(), file.into())]);
        told.extend(Self::NAMES.iter().zip(self.0).map(|(name, it)| ((*name).into(), it.into())));
        serde_json::Value::from(told).to_string()
    }
}

/// Where everything is built.
fn target(root: &Path, options: &Options) -> Result<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let name = if options.branches { "coverage-of-branches" } else { "coverage" };
    Ok(std::env::current_dir()?.join(target).join(name))
}

/// Builds what reaches lines, runs it, and reads which.
fn of(root: &Path, target: &Path, tools: &Tools, who: Who, options: &Options) -> Result<Reached> {
    let programs = programs(root, target, who, options)?;
    let told = target.join(who.name());
    if told.exists() {
        fs::remove_dir_all(&told).with_context(|| told.display().to_string())?;
    }
    fs::create_dir_all(&told).with_context(|| told.display().to_string())?;
    for (program, folder) in &programs {
        let mut run = Command::new(program);
        run.args(who.arguments(options)).current_dir(folder);
        run.env("LLVM_PROFILE_FILE", told.join("%p-%m.profraw")).stdout(Stdio::null());
        let status = run.status().with_context(|| program.display().to_string())?;
        ensure!(status.success(), "{} failed; see above", program.display());
    }
    let programs: Vec<PathBuf> = programs.into_iter().map(|it| it.0).collect();
    let sources: Vec<PathBuf> = FILES.iter().map(|it| root.join(SOURCES).join(it)).collect();
    let merged = tools.merge(&told)?;
    let text = match options.branches {
        false => tools.export(&merged, &programs, &sources)?,
        // The tool breaks off at a file with some kinds of branches.
        true => files(&sources)?
            .into_iter()
            .filter_map(|it| match tools.export(&merged, &programs, std::slice::from_ref(&it)) {
                Ok(text) => Some(text),
                Err(_) => {
                    eprintln!("left out, because llvm-cov cannot read it: {}", it.display());
                    None
                }
            })
            .collect(),
    };
    Ok(reached(&text, &root.join(SOURCES), options.branches))
}

/// The files of `sources`, each of which is one or a folder of some.
fn files(sources: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for source in sources {
        if source.is_dir() {
            let entries = fs::read_dir(source).with_context(|| source.display().to_string())?;
            let found: Vec<PathBuf> = entries.flatten().map(|it| it.path()).collect();
            all.extend(found.into_iter().filter(|it| it.is_file()));
        } else {
            all.push(source.clone());
        }
    }
    all.sort();
    Ok(all)
}

/// What is run, and in which folder.
fn programs(
    root: &Path,
    target: &Path,
    who: Who,
    options: &Options,
) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut cargo = crate::cargo::cargo(root);
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "0");
    if options.branches {
        cargo.env("RUSTFLAGS", "-C instrument-coverage -Z coverage-options=branch");
        cargo.env("RUSTC_BOOTSTRAP", "1");
    } else {
        cargo.env("RUSTFLAGS", "-C instrument-coverage");
    }
    // Build scripts are instrumented, too, and would leave files behind.
    cargo.env("LLVM_PROFILE_FILE", target.join("built/%m.profraw"));
    match who {
        Who::Suite => cargo.arg("build"),
        Who::Model => cargo.args(["test", "--no-run", "--test", "it"]),
        Who::Tests => cargo.args(["test", "--no-run", "--tests"]),
    };
    let packages = who.packages();
    cargo.args(["--locked", "--quiet", "--message-format=json"]);
    cargo.args(packages.iter().flat_map(|it| ["--package", it]));
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{} does not build; see above", packages.join(", "));
    let mut programs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(told) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let manifest = told["manifest_path"].as_str().map(Path::new).and_then(Path::parent);
        if let (Some(program), Some(folder)) = (told["executable"].as_str(), manifest) {
            programs.push((program.into(), folder.to_owned()));
        }
    }
    ensure!(!programs.is_empty(), "cargo names no program of {}", packages.join(", "));
    Ok(programs)
}

/// The lines that may be reached by nobody. Lines that begin with two spaces are reasons.
fn known(root: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join(KNOWN)).with_context(|| KNOWN.to_owned())?;
    let names = text.lines().filter(|it| !it.is_empty() && !it.starts_with([' ', '#']));
    Ok(names.map(str::to_owned).collect())
}
