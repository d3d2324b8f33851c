//! Damaged files: the database of a profile, its index, its config, a copy of it, and the file
//! of a remote. Whatever is in them, the program ends by itself and without a panic; it says
//! what is damaged or goes on; and where a remote is there, the profile is whole again after
//! the damaged file is out of the way.

mod harm;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    dice::Dice,
    place::Place,
    remote::{REMOTE, Service},
    run::now,
};

const PROFILE: &str = "A";
const OTHER: &str = "B";

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Rows,
    Index,
    Config,
    Copy,
    Remote,
}

const TARGETS: [Target; 5] =
    [Target::Rows, Target::Index, Target::Config, Target::Copy, Target::Remote];

/// What came of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything is as it was, without a word.
    Harmless,
    /// Nobody noticed, and something is not as it was.
    Unnoticed,
    /// It was set aside, and the profile is whole again by itself.
    SetAside,
    /// The program said what is wrong; the profile was whole again once the file was out of
    /// the way.
    Reported,
}

/// What was played so far.
#[derive(Debug, Default)]
pub struct Played {
    /// Damaged files by what they are, and what came of it.
    pub outcomes: BTreeMap<(String, Outcome), u64>,
    /// What was broken, with the seed.
    pub broken: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Damages so many files, from `seed` on.
///
/// # Errors
/// When what is damaged cannot be made.
pub fn run(program: &Path, count: u64, seed: u64, mut tell: impl FnMut(u64)) -> Result<Played> {
    let start = now();
    let whole = Whole::new(program)?;
    let mut played = Played::default();
    for number in 0..count {
        let seed = seed + number;
        let mut told = String::new();
        match whole.damage(seed, &mut told) {
            Ok((target, outcome)) => {
                let name = format!("{target:?}").to_lowercase();
                *played.outcomes.entry((name, outcome)).or_default() += 1;
            }
            Err(error) => played.broken.push(format!(
                "{told}; again: cargo xtask damage --count 1 --seed {seed}: {error:#}"
            )),
        }
        played.took = start.elapsed();
        tell(number + 1);
    }
    Ok(played)
}

/// Two profiles that are equal, and what they show.
struct Whole {
    place: Place,
    /// All files as they are before something is damaged. They are put back at their place,
    /// because a remote in a file is known by its path.
    kept: TempDir,
    /// The copy of the profile's data.
    copy: PathBuf,
    shows: Shows,
}

/// What a profile shows.
#[derive(Debug, PartialEq)]
struct Shows {
    items: Value,
    digest: Value,
    found: String,
}

impl Shows {
    fn of(place: &Place) -> Result<Self> {
        Ok(Self {
            items: place.json(PROFILE, &["list", "inbox"])?,
            digest: place.json(PROFILE, &["digest"])?,
            found: place.ok(PROFILE, &["search", "Message"])?,
        })
    }
}

impl Whole {
    fn new(program: &Path) -> Result<Self> {
        let place = Place::new(program);
        place.transcripts(3, 60);
        place.import(PROFILE)?;
        for number in 0..8 {
            let (title, body) =
                (format!("title=item {number}"), format!("body={}", "b".repeat(300)));
            place.ok(PROFILE, &["add", "inbox", &title, &body])?;
        }
        for profile in [PROFILE, OTHER] {
            let words = Service::Sqlite.introduce(&place, profile, 0)?;
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            place.ok(profile, &words)?;
            place.ok(profile, &["sync"])?;
        }
        let made = place.json(PROFILE, &["backup"])?;
        let copy = PathBuf::from(made["path"].as_str().context("a copy without a path")?);
        let shows = Shows::of(&place)?;
        let kept = tempfile::tempdir()?;
        copy_all(&place.path("."), kept.path())?;
        Ok(Self { place, kept, copy, shows })
    }

    /// Puts everything back as it was.
    fn put_back(&self) -> Result<()> {
        for entry in fs::read_dir(self.place.path("."))? {
            let path = entry?.path();
            if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
        copy_all(&self.kept.path().join("."), &self.place.path("."))
    }

    fn file(&self, target: Target) -> PathBuf {
        let of = |name: &str| self.place.path(PROFILE).join(name);
        match target {
            Target::Rows => of("driftline.db"),
            Target::Index => of("index.db"),
            Target::Config => of("driftline.toml"),
            Target::Copy => self.copy.clone(),
            Target::Remote => self.place.path(REMOTE),
        }
    }

    fn damage(&self, seed: u64, told: &mut String) -> Result<(Target, Outcome)> {
        let dice = Dice::new(seed);
        self.put_back()?;
        let target = *dice.one(&TARGETS).context("there is something to damage")?;
        let file = self.file(target);
        // Elsewhere there is another remote, and perhaps somebody's file.
        let remote = self.place.path(REMOTE).display().to_string();
        let spared = (target == Target::Config).then_some(remote.as_str());
        let kind = harm::harm(&file, &dice, spared)?;
        *told = format!("{} with {kind}", file.display());

        let copy = self.file(Target::Copy).display().to_string();
        let all: [&[&str]; 7] = [
            &["list", "inbox", "--json"],
            &["sessions"],
            &["search", "Message"],
            &["status"],
            &["doctor"],
            &["list", "messages", "--json"],
            &["sync"],
        ];
        let restore: &[&str] = &["backup", "restore", &copy];
        let mut said = String::new();
        for words in all.iter().chain((target == Target::Copy).then_some(&restore)) {
            let ended = self.place.run(PROFILE, words)?;
            // `doctor` says it in what it prints, and the other commands in what they end with.
            if !ended.is_done() && *words != ["doctor"] {
                said += &format!("{words:?}: {}\n", ended.stderr.trim());
            }
        }
        let outcome = self.judge(target, &said).with_context(|| said.clone())?;
        Ok((target, outcome))
    }

    fn judge(&self, target: Target, said: &str) -> Result<Outcome> {
        match target {
            Target::Index => {
                ensure!(said.is_empty(), "the index is made anew by itself");
                let shows = Shows::of(&self.place)?;
                let is_equal = shows == self.shows;
                Ok(if is_equal { Outcome::Harmless } else { Outcome::Unnoticed })
            }
            Target::Config => {
                let file = self.file(target);
                fs::copy(self.kept.path().join(PROFILE).join("driftline.toml"), file)?;
                self.is_whole()?;
                Ok(if said.is_empty() { Outcome::Harmless } else { Outcome::Reported })
            }
            Target::Copy => {
                let is_whole = self.is_whole();
                if said.is_empty() {
                    return Ok(is_whole.map_or(Outcome::Unnoticed, |()| Outcome::Harmless));
                }
                is_whole.context("the damaged copy was refused, and changed something")?;
                Ok(Outcome::Reported)
            }
            Target::Rows | Target::Remote => self.judge_database(target, said),
        }
    }

    fn judge_database(&self, target: Target, said: &str) -> Result<Outcome> {
        let file = self.file(target);
        let is_set_aside = said.contains("it was moved to");
        if target == Target::Remote {
            let local = said.lines().any(|it| it.starts_with("[\"list") || it.starts_with("[\"se"));
            ensure!(!local, "what is here can be read whatever the remote is");
        }
        if said.is_empty() {
            let shows = Shows::of(&self.place);
            return Ok(match shows {
                Ok(it) if it == self.shows => Outcome::Harmless,
                Ok(_) => Outcome::Unnoticed,
                Err(error) => bail!("it was fine at first: {error:#}"),
            });
        }
        if !is_set_aside {
            for part in ["", "-wal", "-shm"] {
                let _not_there = fs::remove_file(format!("{}{part}", file.display()));
            }
        }
        self.is_whole()?;
        Ok(if is_set_aside { Outcome::SetAside } else { Outcome::Reported })
    }

    /// Whether both profiles show what they did, after syncing.
    fn is_whole(&self) -> Result<()> {
        let place = &self.place;
        for profile in [PROFILE, OTHER, PROFILE] {
            place.ok(profile, &["sync"])?;
        }
        let shows = Shows::of(place)?;
        ensure!(shows.items == self.shows.items, "the items are {}", shows.items);
        ensure!(shows.digest == self.shows.digest, "the digest is {}", shows.digest);
        ensure!(shows.found == self.shows.found, "a search finds {}", shows.found);
        let other = place.json(OTHER, &["digest"])?;
        ensure!(other == shows.digest, "the other profile's digest is {other}");
        place.examine(PROFILE)
    }
}

/// Copies what is in a folder into another one.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(status.success(), "{} could not be copied", from.display());
    Ok(())
}
