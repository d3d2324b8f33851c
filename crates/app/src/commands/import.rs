//! `import`: brings in the transcripts of coding agents, or an export file.

mod file;
mod watch;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use driftline_client::{
    Error, export,
    import::{self, Report, Step, Wanted},
};
use driftline_core::Replica;
use driftline_text::count_of;

use crate::{context::Context, error::Failed, output::Progress};

/// How many problems a person is shown.
const SHOWN: usize = 20;

/// Brings in the transcripts of coding agents, or an export file.
#[derive(Clone, Debug, Args)]
pub(crate) struct Import {
    /// An export file to join with what is here, one transcript, or a folder as for --from
    #[arg(conflicts_with = "from")]
    path: Option<PathBuf>,
    /// The home folder to search for transcripts. Default: yours
    #[arg(long, value_name = "HOME")]
    from: Option<PathBuf>,
    /// Import the transcripts of one agent, such as `codex`
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Keep importing while agents write
    #[arg(long)]
    watch: bool,
}

impl Import {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let (file, folder) = match &self.path {
            Some(path) if path.is_dir() => (None, Some(path)),
            Some(path) if path.is_file() => (Some(path), None),
            Some(path) => return Err(Error::NothingThere(path.clone()).into()),
            None => (None, self.from.as_ref()),
        };
        let agent = self.agent.as_deref();
        let secrets = context.config()?.secrets;
        let wanted = Wanted { from: folder.map(PathBuf::as_path), agent, secrets };
        match file {
            Some(_) if self.watch => {
                let message = "--watch is for folders; a file is imported once";
                Err(Failed::usage("usage", message))
            }
            Some(path) if export::is_export(path)? => file::run(context, path),
            Some(path) => transcripts(context, agent, &|replica, tell| {
                import::one(replica, path, wanted, tell)
            }),
            None if self.watch => watch::run(context, wanted),
            None => {
                transcripts(context, agent, &|replica, tell| import::run(replica, wanted, tell))
            }
        }
    }
}

/// Imports transcripts, and tells what came of it.
fn transcripts(context: &Context<'_>, agent: Option<&str>, run: &Run<'_>) -> Result<()> {
    let device = context.device()?;
    let report = {
        let mut progress = Progress::new(&*context.env);
        let mut tell = |it: &Step| {
            let Step { done, files, rows, name } = it;
            progress.show(|| format!("Importing: {done} of {files} files, {rows} rows  {name}"));
        };
        run(&device.replica, &mut tell)?
    };
    if context.output.json {
        context.output.json(&report)?;
    } else {
        tell(context, agent, &report)?;
    }
    if report.incomplete {
        let message = "not everything could be imported; what could be is here";
        return Err(Failed::failed("incomplete", message));
    }
    Ok(())
}

type Run<'a> = dyn Fn(&Replica, &mut dyn FnMut(&Step)) -> driftline_client::Result<Report> + 'a;

fn tell(context: &Context<'_>, agent: Option<&str>, report: &Report) -> Result<()> {
    let sums = &report.totals;
    let unread: String = report.unread.iter().map(|it| format!("\n{}.", it.words())).collect();
    if report.files.is_empty() && report.problems.is_empty() {
        let agents = agent.map_or_else(|| import::agents().join(", "), str::to_owned);
        return context.output.print(&format!("No transcripts found of {agents}.{unread}"));
    }
    for line in troubles(report) {
        context.output.say(&line);
    }
    let growing = report.files.iter().filter(|it| it.incomplete_tail).count();
    if growing > 0 {
        let growing = count_of(growing, "file", "files");
        context.output.say(&format!("Still being written: {growing}; import again later"));
    }
    let seconds = report.millis / 1000;
    let tenths = report.millis % 1000 / 100;
    let notes = [sums.replaced(), sums.left_out()];
    let notes: String = notes.into_iter().flatten().map(|it| format!("\n{it}.")).collect();
    let found = &sums.found;
    context.output.print(&format!(
        "Read {}, {}, {} from {} in {seconds}.{tenths} s: {}.{notes}{unread}",
        count_of(found.sessions, "session", "sessions"),
        count_of(found.messages, "message", "messages"),
        count_of(found.tool_calls, "tool call", "tool calls"),
        count_of(sums.files, "file", "files"),
        sums.came(),
    ))
}

/// What could not be read, for a person, as far as one reads it.
fn troubles(report: &Report) -> Vec<String> {
    let skips = report.files.iter().flat_map(|file| {
        file.skipped.iter().map(|it| format!("{}:{}: {}", file.path, it.line, it.reason))
    });
    let problems = report.problems.iter().map(|it| match it.path.as_str() {
        "" => it.reason.clone(),
        path => format!("{path}: {}", it.reason),
    });
    let mut all: Vec<String> = problems.chain(skips).collect();
    let left = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    if left > 0 {
        all.push(format!("and {left} more: --json lists all"));
    }
    all
}
