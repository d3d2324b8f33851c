//! The real command line, from its start to the first thing that it prints.

use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use driftline_core::Id;

use crate::{
    bare::Bare,
    data, median, memory,
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

const NEEDS: &[Prepared] = &[Prepared::Profile, Prepared::Plain];

pub(super) const LIST: Scenario = Scenario {
    name: "start-list",
    what: "`driftline list sessions`, until it prints something",
    bare_does: "a program of Rust that opens a file and prints as many rows",
    unit: Unit::Millis,
    needs: NEEDS,
    ours: |stage| ours(stage, &["list", "sessions", "--limit", "20"]),
    bare: |stage| bare(stage, "list"),
};

pub(super) const STATUS: Scenario = Scenario {
    name: "start-status",
    what: "`driftline status`, until it prints something",
    bare_does: "a program of Rust that opens a file and prints how many tables it has",
    unit: Unit::Millis,
    needs: NEEDS,
    ours: |stage| ours(stage, &["status"]),
    bare: |stage| bare(stage, "status"),
};

pub(super) const GET: Scenario = Scenario {
    name: "start-get",
    what: "`driftline get messages ID`, until it prints something",
    bare_does: "a program of Rust that opens a file and prints the row",
    unit: Unit::Millis,
    needs: NEEDS,
    ours: |stage| ours(stage, &["get", "messages", &message().to_string()]),
    bare: |stage| bare(stage, "get"),
};

/// How often it is started.
const TIMES: usize = 15;

fn message() -> Id {
    data::message(77).id
}

fn ours(stage: &Stage, arguments: &[&str]) -> Result<Reading> {
    let program = stage.program.as_ref().context("no program was built")?;
    let profile = stage.profile();
    each_start(|| {
        let mut command = Command::new(program);
        command.args(arguments).arg("--profile").arg(&profile);
        // A home of its own: nobody's transcripts are looked at.
        command.env("HOME", &profile);
        command
    })
}

fn bare(stage: &Stage, what: &str) -> Result<Reading> {
    let program = std::env::current_exe()?;
    each_start(|| {
        let mut command = Command::new(&program);
        command.arg("plain").arg(stage.plain()).arg(what);
        command
    })
}

fn each_start(command: impl Fn() -> Command) -> Result<Reading> {
    let (mut times, mut peak) = (Vec::new(), None);
    // The first one finds its file in no memory, and whatever it makes once.
    for number in 0..=TIMES {
        let mut child = None;
        let time = seconds(|| {
            let mut command = command();
            command.stdin(Stdio::null()).stdout(Stdio::piped());
            let started = child.insert(command.spawn().context("the program does not start")?);
            let output = started.stdout.as_mut().context("the program has no output")?;
            ensure!(output.read(&mut [0])? == 1, "the program printed nothing");
            Ok(())
        })?;
        let Some(mut child) = child else { continue };
        peak = peak.max(memory::peak_of(&child.id().to_string()));
        let mut rest = Vec::new();
        child.stdout.take().map(|mut it| it.read_to_end(&mut rest)).transpose()?;
        ensure!(child.wait()?.success(), "the program failed");
        if number > 0 {
            times.push(time);
        }
    }
    Ok(Reading { cost: median(times), peak })
}

/// What the program prints that never syncs.
pub(crate) fn print_plain(file: &Path, what: &str) -> Result<()> {
    let bare = Bare::open(file)?;
    let rows = match what {
        "list" => bare.rows::<i64>("SELECT * FROM sessions ORDER BY id LIMIT 20", [])?,
        "get" => bare.rows("SELECT * FROM messages WHERE id = ?1", [message().to_bytes()])?,
        _ => bare.rows::<i64>("SELECT count(*) FROM sqlite_schema", [])?,
    };
    for row in rows {
        println!("{row:?}");
    }
    Ok(())
}
