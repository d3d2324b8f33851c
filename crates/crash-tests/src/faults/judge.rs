//! One workload: prepared once, copied for every run, and judged.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::{
    strace::{self, Fault, KILL},
    workloads::{COPY, ID, PROFILE, SESSION, Workload},
};
use crate::{
    place::Place,
    run::{Ended, Running},
};

/// The file in which strace writes calls down.
const LOG: &str = "calls";

pub(super) struct Judge<'a> {
    program: PathBuf,
    workload: &'a Workload,
    /// The place as it is before the run.
    before: Place,
    words: Vec<String>,
    /// What is seen before, and after a run without a fault.
    seen: [Value; 2],
}

impl<'a> Judge<'a> {
    /// Prepares the place, and sees what the run does when nothing fails.
    pub(super) fn new(program: &Path, workload: &'a Workload) -> Result<Self> {
        let name = workload.name;
        let before = Place::new(program);
        (workload.prepare)(&before).with_context(|| format!("preparing `{name}`"))?;
        let words = workload.words.iter().map(|it| known(&before, it));
        let words = words.collect::<Result<Vec<_>>>()?;
        let mut judge =
            Self { program: program.to_owned(), workload, before, words, seen: Default::default() };
        let place = judge.copy()?;
        let was = judge.show(&place)?;
        let place = judge.copy()?;
        place.ok(PROFILE, &judge.words())?;
        judge.seen = [was, judge.show(&place)?];
        Ok(judge)
    }

    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// A copy of the place as it was before the run.
    fn copy(&self) -> Result<Place> {
        let place = Place::new(&self.program);
        let mut copy = Command::new("cp");
        let status = copy.arg("-a").arg(self.before.path(".")).arg(place.path(".")).status()?;
        ensure!(status.success(), "the place could not be copied");
        Ok(place)
    }

    fn show(&self, place: &Place) -> Result<Value> {
        (self.workload.shows)(place)
    }

    fn run(&self, place: &Place, strace: &[String]) -> Result<Ended> {
        let mut command = place.traced(strace, PROFILE, &self.words());
        let ended = Running::all(vec![Running::start(&mut command, None)?])?.pop();
        ended.context("a program was lost")
    }

    /// How often each call is made.
    pub(super) fn count(&self) -> Result<BTreeMap<String, usize>> {
        let place = self.copy()?;
        let ended = self.run(&place, &strace::counting(LOG))?;
        ensure!(ended.is_done(), "under strace: {}", ended.stderr.trim());
        Ok(strace::read(&fs::read_to_string(place.path(LOG))?))
    }

    /// Lets one call fail, and judges what came of it. Returns whether the program did its
    /// work all the same.
    pub(super) fn play(&self, fault: Fault, moment: usize) -> Result<bool> {
        let place = self.copy()?;
        let ended = self.run(&place, &fault.arguments(moment, LOG))?;
        if fault.effect == KILL {
            ensure!(ended.code().is_none(), "it was not killed: {ended:?}");
        } else {
            let calls = fs::read_to_string(place.path(LOG))?;
            let failed = strace::injected(&calls).context("there was no such call this time")?;
            if strace::is_wake_up(failed) {
                return Ok(true);
            }
            // Strace ends as the program does, by the same signal.
            if let Some(found) = ended.fault() {
                bail!("{found}");
            }
        }
        let [was, whole] = &self.seen;
        let said = ended.stderr.trim();
        let seen = self.show(&place).with_context(|| format!("after `{said}`"))?;
        // An import goes on without what it cannot read, and says so.
        let has_told = ended.stdout.contains("cannot be") || said.contains("cannot be");
        if ended.is_done() && !(self.workload.has_steps && has_told) {
            ensure!(seen == *whole, "it said that all went well, but left {seen}, not {whole}");
        } else if !self.workload.has_steps {
            ensure!(
                seen == *was || seen == *whole,
                "it failed with `{said}`, and left {seen}, which is neither {was} nor {whole}"
            );
        }
        // Where it cannot be repeated, another one of its kind must do.
        if self.workload.is_repeatable || seen == *was {
            let again = place.ok(PROFILE, &self.words());
            again.with_context(|| format!("after `{said}`, and without a fault"))?;
            let seen = self.show(&place)?;
            ensure!(seen == *whole, "after `{said}`, the next run left {seen}, not {whole}");
        }
        place.examine(PROFILE)?;
        Ok(ended.is_done())
    }
}

/// The word itself, or what it stands for in this place.
fn known(place: &Place, word: &str) -> Result<String> {
    let (words, name): (&[&str], _) = match word {
        ID => (&["list", "inbox"], "id"),
        SESSION => (&["sessions"], "id"),
        COPY => (&["backup", "list"], "path"),
        _ => return Ok(word.to_owned()),
    };
    let found = place.json(PROFILE, words)?[0][name].as_str().map(str::to_owned);
    let found = found.with_context(|| format!("there is nothing for {word}"))?;
    // Every run has a copy of the place.
    Ok(found.rsplit('/').next().unwrap_or(&found).to_owned())
}
