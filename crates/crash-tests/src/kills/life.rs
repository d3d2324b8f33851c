//! One folder, its profiles and its remote, from the first write to the last comparison.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result, ensure};
use driftline_testing::{line, session_name};

use crate::{
    dice::Dice,
    kills::{Times, ledger::Ledger, work::Work},
    old::{LAYOUTS, Old},
    place::Place,
    remote::Service,
    run::{Ended, Running},
};

const ROUNDS: usize = 14;
const SESSIONS: usize = 3;
/// Messages of a session when the life begins, and how many it grows by.
const MESSAGES: usize = 24;
pub(super) struct Life<'a> {
    place: Place,
    seed: u64,
    dice: Dice,
    service: &'a Service,
    times: &'a mut Times,
    kills: &'a mut BTreeMap<&'static str, u64>,
    ledger: Ledger,
    /// Those that sync with the remote.
    profiles: Vec<String>,
    /// How many messages the transcripts of this machine have, and how many came from
    /// elsewhere.
    here: u64,
    elsewhere: u64,
    /// Of the next item.
    number: usize,
    /// Profiles of older programs that are not here yet: a life has room for one of each.
    old: Vec<Old>,
    /// Whether there is an older copy of the remote.
    has_copy: bool,
    /// What was done, for whoever has to find out what went wrong.
    log: Vec<String>,
}

impl<'a> Life<'a> {
    pub(super) fn new(
        program: &Path,
        seed: u64,
        service: &'a Service,
        times: &'a mut Times,
        kills: &'a mut BTreeMap<&'static str, u64>,
    ) -> Self {
        Self {
            place: Place::new(program),
            seed,
            dice: Dice::new(seed),
            service,
            times,
            kills,
            ledger: Ledger::default(),
            profiles: Vec::new(),
            here: 0,
            elsewhere: 0,
            number: 0,
            old: LAYOUTS.to_vec(),
            has_copy: false,
            log: Vec::new(),
        }
    }

    pub(super) fn play(&mut self) -> Result<()> {
        self.grow()?;
        self.service.prepare(&self.place, self.seed)?;
        for profile in ["A", "B"] {
            self.join(profile)?;
        }
        for _ in 0..ROUNDS {
            match self.dice.below(10) {
                0 => self.restore()?,
                1 => self.first_merge()?,
                2 => self.upgrade()?,
                3 if self.service.can_be_put_back() => self.heal()?,
                _ => self.mixed()?,
            }
            if self.dice.chance(1, 3) {
                self.grow()?;
            }
        }
        self.converge()
    }

    /// What was done until now.
    pub(super) fn told(&self) -> String {
        self.log.iter().map(|it| format!("  {it}\n")).collect()
    }

    /// Copies the folder to where it stays, and returns that.
    pub(super) fn keep(&self) -> String {
        let Ok(kept) = tempfile::Builder::new().prefix("kills-").tempdir() else {
            return "no place: no folder could be made".into();
        };
        let kept = kept.keep();
        let mut copy = std::process::Command::new("cp");
        let _as_much_as_can_be = copy.arg("-a").arg(self.place.path(".")).arg(&kept).status();
        kept.display().to_string()
    }

    /// The agents go on: every transcript gets longer.
    fn grow(&mut self) -> Result<()> {
        let messages = usize::try_from(self.here)? / SESSIONS + MESSAGES;
        for session in 0..SESSIONS {
            let lines: String = (0..messages).map(|it| line(session, it)).collect();
            self.place.transcript(&format!("{}.jsonl", session_name(session)), &lines);
        }
        self.here = u64::try_from(messages * SESSIONS)?;
        Ok(())
    }

    /// Runs all at once, kills most of them, and notes what was acknowledged.
    fn play_round(&mut self, works: &[Work]) -> Result<()> {
        let mut running = Vec::new();
        for work in works {
            let limit = self.times.of(work.kind).mul_f64(self.dice.part() * 1.05);
            let limit = self.dice.chance(4, 5).then_some(limit);
            let words: Vec<&str> = work.words.iter().map(String::as_str).collect();
            running.push(self.place.start(&work.profile, &words, limit)?);
        }
        for (work, ended) in works.iter().zip(Running::all(running)?) {
            self.note(work, &ended)?;
        }
        Ok(())
    }

    fn note(&mut self, work: &Work, ended: &Ended) -> Result<()> {
        let (profile, words) = (&work.profile, work.words.join(" "));
        let how = if ended.is_killed { "killed after" } else { "ended after" };
        let took = ended.took.as_millis();
        self.log.push(format!("{profile}: {words}: {how} {took} ms with {:?}", ended.code()));
        if let Some(fault) = ended.fault() {
            anyhow::bail!("{profile}: {words}: {fault}");
        }
        if ended.is_killed {
            *self.kills.entry(work.kind).or_default() += 1;
        } else {
            let said = ended.stderr.trim();
            ensure!(ended.is_done(), "{profile}: {words}: nobody killed it, but it failed: {said}");
            self.times.learn(work.kind, ended.took);
        }
        if let Some((title, state)) = &work.writes {
            self.ledger.note(profile, title, state.clone(), ended.is_done());
        }
        if work.kind == "import" && ended.is_done() {
            self.ledger.note_messages(profile, self.here);
        }
        Ok(())
    }

    /// Starts the program again, and compares.
    fn check(&mut self, profile: &str) -> Result<()> {
        // Whatever comes first meets what the kill left.
        let first: &[&str] = match self.dice.below(4) {
            0 => &["doctor"],
            1 => &["search", "Message"],
            2 => &["sync"],
            _ => &["status"],
        };
        let ended = self.place.run(profile, first)?;
        if first != ["doctor"] {
            ensure!(ended.is_done(), "{profile} {first:?} after a kill: {}", ended.stderr.trim());
        }
        self.ledger.check(&self.place, profile, self.here + self.elsewhere)?;
        self.place.examine(profile)
    }

    fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    fn any_profile(&self) -> String {
        self.dice.one(&self.profiles).cloned().unwrap_or_default()
    }

    /// One to four of anything at once.
    fn mixed(&mut self) -> Result<()> {
        let mut works: Vec<Work> = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let (profile, number) = (self.any_profile(), self.next());
            let taken = works.iter().filter_map(|it| Some(it.writes.as_ref()?.0.clone()));
            let taken: Vec<_> = taken.collect();
            works.push(Work::any(&self.dice, &profile, &self.ledger, number, &taken));
        }
        self.play_round(&works)?;
        let mut touched: Vec<_> = works.into_iter().map(|it| it.profile).collect();
        touched.sort();
        touched.dedup();
        touched.iter().try_for_each(|it| self.check(it))
    }

    /// Goes back to a copy: to all of it or not at all.
    fn restore(&mut self) -> Result<()> {
        let profile = self.any_profile();
        let made = self.place.json(&profile, &["backup"])?;
        let path = made["path"].as_str().context("a copy without a path")?.to_owned();
        let later = format!("item {}", self.next());
        let work = Work::add(&profile, &later);
        let words: Vec<&str> = work.words.iter().map(String::as_str).collect();
        self.place.ok(&profile, &words)?;
        let is_there = work.writes.and_then(|(_, state)| state);
        self.ledger.note(&profile, &later, is_there, true);
        let mut work = Work::new(&profile, "restore", &["backup", "restore", &path]);
        work.writes = Some((later, None));
        self.play_round(&[work])?;
        self.check(&profile)
    }

    /// A profile with a life of its own joins the others.
    fn first_merge(&mut self) -> Result<()> {
        let profile = format!("M{}", self.next());
        for _ in 0..2 {
            let work = Work::add(&profile, &format!("item {}", self.next()));
            self.play_round(&[work])?;
        }
        let words = self.service.introduce(&self.place, &profile, self.seed)?;
        for _ in 0..=self.dice.below(2) {
            if !self.has_merged(&profile)? {
                self.play_round(&[Work::new(&profile, "first merge", &as_str(&words))])?;
            }
        }
        if !self.has_merged(&profile)? {
            self.place.ok(&profile, &as_str(&words))?;
        }
        self.joined(&profile)
    }

    /// A profile of an older program is opened, with everything that it had not sent.
    fn upgrade(&mut self) -> Result<()> {
        let Some(old) = self.old.pop() else { return self.mixed() };
        let profile = format!("U{}", old.layout);
        old.write(&self.place.path(&profile).join("driftline.db"))?;
        self.elsewhere = Old::MESSAGES;
        self.ledger.note_messages(&profile, Old::MESSAGES);
        for (title, body) in old.items() {
            self.ledger.note(&profile, &title, Some(body), true);
        }
        for _ in 0..=self.dice.below(3) {
            let words = [&["status"][..], &["list", "inbox"], &["search", "Message"]];
            let words = self.dice.one(&words).copied().unwrap_or_default();
            self.play_round(&[Work::new(&profile, "upgrade", words)])?;
        }
        self.join(&profile)
    }

    /// Connects a profile, and compares.
    fn join(&mut self, profile: &str) -> Result<()> {
        let words = self.service.introduce(&self.place, profile, self.seed)?;
        self.place.ok(profile, &as_str(&words))?;
        self.joined(profile)
    }

    /// Whether a first merge came to its end that is not to be asked for again.
    fn has_merged(&self, profile: &str) -> Result<bool> {
        Ok(self.service.merges_once() && self.place.run(profile, &["sync"])?.is_done())
    }

    fn joined(&mut self, profile: &str) -> Result<()> {
        self.profiles.push(profile.to_owned());
        self.check(profile)
    }

    /// The remote is put back to what it was before, and whoever syncs makes it whole again.
    fn heal(&mut self) -> Result<()> {
        let is_back = self.has_copy;
        self.service.copy(&self.place, self.seed, is_back)?;
        let what = if is_back { "put back to its copy" } else { "copied" };
        self.log.push(format!("the remote was {what}"));
        self.has_copy = !self.has_copy;
        let kind = if self.has_copy { "sync" } else { "heal" };
        for _ in 0..=self.dice.below(2) {
            let works: Vec<_> = (0..=self.dice.below(2))
                .map(|_| Work::new(&self.any_profile(), kind, &["sync"]))
                .collect();
            self.play_round(&works)?;
        }
        let profile = self.any_profile();
        self.check(&profile)
    }

    /// Everybody imports and syncs: all are equal, and equal to what nobody disturbed.
    fn converge(&mut self) -> Result<()> {
        for profile in &self.profiles {
            self.place.import(profile)?;
        }
        for profile in self.profiles.iter().chain(self.profiles.iter().rev()) {
            self.place.ok(profile, &["sync"])?;
        }
        for profile in &self.profiles {
            self.place.ok(profile, &["sync"])?;
        }
        let all = self.here + self.elsewhere;
        self.ledger.check_equal(&self.place, &self.profiles, all)?;
        let mut first = None;
        for profile in &self.profiles {
            let digest = self.place.json(profile, &["digest"])?;
            let first = first.get_or_insert_with(|| digest.clone());
            ensure!(*first == digest, "{profile} ends with {digest}, the first with {first}");
            let status = self.place.json(profile, &["status"])?;
            let is_synced = status["state"] == "synced" && status["waiting"] == 0;
            ensure!(is_synced && status["parked"] == 0, "{profile} is not synced: {status}");
            self.place.examine(profile)?;
        }
        if self.elsewhere == 0 {
            self.place.import("undisturbed")?;
            let whole = self.place.json("undisturbed", &["digest"])?["messages"].clone();
            let messages = first.map(|it| it["messages"].clone());
            ensure!(messages == Some(whole), "the messages differ from those of one whole import");
        }
        self.service.examine(&self.place)
    }
}

fn as_str(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
