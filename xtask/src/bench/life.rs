//! `cargo xtask bench --life`: what a person with very many messages waits for. The program
//! itself, as it ships, reads, searches, syncs through a hub in a file, to a second device,
//! and makes a backup. Every step is measured once: at ten million messages each takes minutes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use xtask_bench::{data, median, memory};

use super::{
    profile::Profile,
    program::{self, Program},
};

/// How often a running program is asked what memory it took at most.
const LOOK: Duration = Duration::from_micros(500);
/// How often a command that only reads is started; the median counts.
const TIMES: usize = 9;
const MEGA: f64 = 1e6;
/// What any step may hold in memory, in megabytes, however many messages there are: 256 MiB.
const MEMORY: f64 = 268.0;

/// Measures with `rows` messages.
pub(super) fn run(rows: u64, as_json: bool) -> Result<()> {
    let life = Life { program: xtask_bench::program::build()?, folder: TempDir::new()?, as_json };
    let mut most: f64 = 0.0;
    let mut show = |step: Step| {
        most = most.max(step.megabytes.unwrap_or_default());
        life.show(&step);
    };
    if !as_json {
        println!("{rows} messages of about a kilobyte\n");
    }
    let (one, other) = (life.folder.path().join("one"), life.folder.path().join("other"));
    show(life.import(&one, rows)?);

    let message = data::message(rows / 2).id.to_string();
    let session = data::session(rows / 2 / data::PER_SESSION).id.to_string();
    let reads: [(&str, &[&str]); 4] = [
        ("status", &["status"]),
        ("list sessions", &["list", "sessions", "--limit", "20"]),
        ("get a message", &["get", "messages", &message]),
        ("show a session", &["show", &session]),
    ];
    for (what, words) in reads {
        show(life.often(what, &one, words)?);
    }
    show(life.once("the first search, which makes the index", &one, &["search", "parser"])?);
    for (what, words) in [("search a word", "parser"), ("search a phrase", "\"token stream ends\"")]
    {
        show(life.often(what, &one, &["search", words])?);
    }

    let hub = life.folder.path().join("hub.db");
    for profile in [&one, &other] {
        life.connect(profile, &hub)?;
    }
    show(life.once("first sync, up", &one, &["sync"])?);
    show(life.once("first sync of another device", &other, &["sync"])?);
    let note = "note=changed";
    show(life.once("one change", &one, &["set", "sessions", &session, note])?);
    show(life.once("one change, up", &one, &["sync"])?);
    show(life.once("one change, down", &other, &["sync"])?);
    let told = program::command(&life.program, &other).args(["get", "sessions", &session]).output();
    let told = String::from_utf8(told?.stdout)?;
    ensure!(told.contains("changed"), "the change did not arrive: {told}");
    show(life.once("a sync with nothing to do", &one, &["sync"])?);
    fs::remove_dir_all(&other)?;

    show(life.idle(&one)?);
    show(life.once("backup", &one, &["backup"])?);
    ensure!(most <= MEMORY, "a step took {most:.0} MB of memory; {MEMORY} MB are allowed");
    Ok(())
}

/// Two devices of a person, and their program.
struct Life {
    program: PathBuf,
    folder: TempDir,
    as_json: bool,
}

/// What one step cost.
struct Step {
    what: String,
    seconds: f64,
    /// The most memory, where the system tells.
    megabytes: Option<f64>,
    /// Part of a processor in percent, of a step that only waits.
    processor: Option<f64>,
}

impl Life {
    fn import(&self, profile: &Path, rows: u64) -> Result<Step> {
        fs::create_dir_all(profile)?;
        let seconds = xtask_bench::seconds(|| Profile::at(profile)?.fill(rows))?;
        let megabytes = memory::peak_of("self").map(megabytes);
        Ok(Step { what: "import".into(), seconds, megabytes, processor: None })
    }

    /// A remote in the config file, as a person writes it.
    fn connect(&self, profile: &Path, hub: &Path) -> Result<()> {
        let hub = hub.to_str().context("the folder has a name that is no text")?;
        let words = ["config", "set", "remote.backend", "sqlite", "remote.path", hub];
        self.once("connect", profile, &words).map(drop)
    }

    fn often(&self, what: &str, profile: &Path, words: &[&str]) -> Result<Step> {
        let steps = (0..TIMES).map(|_| self.once(what, profile, words));
        let steps = steps.collect::<Result<Vec<_>>>()?;
        let megabytes = steps.iter().filter_map(|it| it.megabytes).reduce(f64::max);
        let seconds = median(steps.iter().map(|it| it.seconds).collect());
        Ok(Step { what: what.into(), seconds, megabytes, processor: None })
    }

    /// Starts the program, and watches it to its end.
    fn once(&self, what: &str, profile: &Path, words: &[&str]) -> Result<Step> {
        let mut command = program::command(&self.program, profile);
        command.args(words).stdout(Stdio::null());
        let mut peak = None;
        let seconds = xtask_bench::seconds(|| {
            let mut child = command.spawn().context("the program does not start")?;
            let number = child.id().to_string();
            let status = loop {
                peak = peak.max(memory::peak_of(&number));
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                thread::sleep(LOOK);
            };
            ensure!(status.success(), "`driftline {}` failed; see above", words.join(" "));
            Ok(())
        })?;
        Ok(Step { what: what.into(), seconds, megabytes: peak.map(megabytes), processor: None })
    }

    /// The app while nothing happens.
    fn idle(&self, profile: &Path) -> Result<Step> {
        let mut program = None;
        let seconds = xtask_bench::seconds(|| {
            program = Some(Program::start(&self.program, profile)?);
            Ok(())
        })?;
        let program = program.context("the program does not start")?;
        let processor = program.idle()?;
        let megabytes = program.memory()?.map(|(_, most)| most);
        Ok(Step { what: "the app, until it is open".into(), seconds, megabytes, processor })
    }

    fn show(&self, step: &Step) {
        let Step { what, seconds, megabytes, processor } = step;
        let disk = self.disk();
        if self.as_json {
            let object = json!({
                "what": what, "seconds": seconds, "peak_megabytes": megabytes,
                "processor_percent": processor, "disk_megabytes": disk,
            });
            return println!("{object}");
        }
        let time = match seconds {
            it if *it < 1.0 => format!("{:.1} ms", it * 1e3),
            it => format!("{it:.1} s"),
        };
        let memory = megabytes.map(|it| format!("{it:.0} MB")).unwrap_or_default();
        let idle = processor.map(|it| format!("  {it:.2} % while idle")).unwrap_or_default();
        println!("{what:<42}{time:>12}{memory:>10}{disk:>12.0} MB on disk{idle}");
    }

    /// What everything takes on the disk, in megabytes.
    fn disk(&self) -> f64 {
        megabytes(size(self.folder.path()))
    }
}

/// The bytes of the files below `folder`.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|it| match it.metadata() {
        Ok(about) if about.is_dir() => size(&it.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[expect(clippy::cast_precision_loss, reason = "it is shown rounded")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MEGA
}
