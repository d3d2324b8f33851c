//! `import`: brings in the transcripts of coding agents.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use driftline_client::import::{self, Report, Step, Wanted};

use crate::{context::Context, error::Failed, output::Progress};

/// How many problems a person is shown.
const SHOWN: usize = 20;

/// Brings in the transcripts of coding agents.
#[derive(Clone, Debug, Args)]
pub(crate) struct Import {
    /// The home folder to search for transcripts. Default: yours
    #[arg(long, value_name = "HOME")]
    from: Option<PathBuf>,
    /// Import the transcripts of one agent, such as `codex`
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
}

impl Import {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let report = {
            let mut progress = Progress::new(&*context.env);
            let mut tell = |it: &Step| {
                let Step { done, files, rows, name } = it;
                progress
                    .show(|| format!("Importing: {done} of {files} files, {rows} rows  {name}"));
            };
            let wanted = Wanted {
                from: self.from.as_deref(),
                agent: self.agent.as_deref(),
                secrets: device.config.secrets,
            };
            import::run(&device.replica, wanted, &mut tell)?
        };
        if context.output.json {
            context.output.json(&report)?;
        } else {
            tell(context, self.agent.as_deref(), &report)?;
        }
        if report.incomplete {
            let message = "not everything could be imported; what could be is here";
            return Err(Failed::failed("incomplete", message));
        }
        Ok(())
    }
}

fn tell(context: &Context<'_>, agent: Option<&str>, report: &Report) -> Result<()> {
    let sums = &report.totals;
    let unread: String = report.unread.iter().map(|it| format!("\n{}.", it.words())).collect();
    if report.files.is_empty() && report.problems.is_empty() {
        let agents = agent.map_or_else(|| import::agents().join(", "), str::to_owned);
        return context.output.print(&format!("No transcripts found of {agents}.{unread}"));
    }
    let skips = report.files.iter().flat_map(|file| {
        file.skipped.iter().map(|it| format!("{}:{}: {}", file.path, it.line, it.reason))
    });
    let problems = report.problems.iter().map(|it| match it.path.as_str() {
        "" => it.reason.clone(),
        path => format!("{path}: {}", it.reason),
    });
    let all: Vec<String> = problems.chain(skips).collect();
    for line in all.iter().take(SHOWN) {
        context.output.say(line);
    }
    if all.len() > SHOWN {
        context.output.say(&format!("and {} more: --json lists all", all.len() - SHOWN));
    }
    let growing = report.files.iter().filter(|it| it.incomplete_tail).count();
    if growing > 0 {
        context
            .output
            .say(&format!("Still being written at their end: {growing} files; import again later"));
    }
    let seconds = report.millis / 1000;
    let tenths = report.millis % 1000 / 100;
    let replaced = sums.replaced().map(|it| format!("\n{it}.")).unwrap_or_default();
    context.output.print(&format!(
        "Read {} sessions, {} messages, {} tool calls from {} files in {seconds}.{tenths} s: {} \
         rows new, {} grown, {} records unreadable.{replaced}{unread}",
        sums.found.sessions,
        sums.found.messages,
        sums.found.tool_calls,
        sums.files,
        sums.new,
        sums.grown,
        sums.skipped
    ))
}
