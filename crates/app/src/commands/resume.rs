//! `resume`: an agent goes on with a session, where it was or elsewhere.

use std::{
    io::{IsTerminal as _, stdout},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result};
use clap::Args;
use driftline_client::resume::{Difference, Resumption, Wanted, plan};
use driftline_text::Shell;
use serde_json::{Value, json};

use super::subject::Subject;
use crate::{context::Context, env, terminal::Terminal};

/// An agent goes on with a session.
#[derive(Clone, Debug, Args)]
pub(crate) struct Resume {
    /// The session, by the start of its id
    session: String,
    /// The folder to go on in. Default: where the session was
    #[arg(long = "in", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The agent that goes on, such as `codex`. Default: the one whose session it is
    #[arg(long = "with", value_name = "AGENT")]
    agent: Option<String>,
    /// Print the agent's command instead of starting it
    #[arg(long)]
    print: bool,
    /// Show what differs and what is lost; write and start nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Write without asking
    #[arg(long)]
    yes: bool,
}

impl Resume {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let session = Subject::find(context, &device, &self.session)?.session;
        let (folder, agent) = (self.folder.as_deref(), self.agent.as_deref());
        let plan = plan(context.client(), &device, Wanted { session, folder, agent })?;
        if !context.output.json {
            tell(context, &plan);
        }
        if !self.dry_run {
            let terminal = Terminal::new(context);
            let done = plan.carry_out(context.client(), self.yes, &terminal);
            terminal.came(done)?;
        }
        if context.output.json {
            return context.output.json(&as_json(&plan, !self.dry_run));
        }
        if self.dry_run {
            return Ok(());
        }
        match &plan.found {
            Some(program) if !self.print && stdout().is_terminal() => {
                context.output.flush()?;
                let mut command = Command::new(program);
                command.args(&plan.arguments).current_dir(&plan.folder).env("PWD", &plan.folder);
                start(command).with_context(|| format!("{} cannot be started", plan.agent))
            }
            _ => context.output.print(&line(&plan)),
        }
    }
}

/// Becomes the agent's program.
#[cfg(unix)]
fn start(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

/// Starts the agent's program and waits for its end.
#[cfg(not(unix))]
fn start(mut command: Command) -> Result<()> {
    command.status()?;
    Ok(())
}

/// The command line that goes on with the session.
fn line(plan: &Resumption) -> String {
    let shell = match env::shell() {
        Shell::Unknown if cfg!(unix) => Shell::Posix,
        shell => shell,
    };
    let command = plan.command();
    shell.within(&plan.folder, &command).unwrap_or(command)
}

fn tell(context: &Context<'_>, plan: &Resumption) {
    let say = |text: &str| context.output.chat(text);
    let how = match (plan.is_there(), plan.is_kept) {
        (true, _) => "has this session already",
        (_, true) => "gets its own records of this session, as it wrote them",
        _ => "is told this session anew, in its own form",
    };
    say(&format!("{} {how}, and goes on in {}.", plan.agent, plan.folder));
    for it in &plan.differs {
        say(&format!("Differs: {}.", words(it)));
    }
    for it in &plan.lost {
        say(&format!("Not as it was: {}.", it.words()));
    }
    for it in plan.files() {
        say(&format!("To be written: {}", it.display()));
    }
}

fn words(difference: &Difference) -> String {
    let is = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".into());
    match difference {
        Difference::NoProgram(program) => format!("there is no program `{program}` on the PATH"),
        Difference::Folder(was) => format!("the session was in {was}"),
        Difference::Remote(was, now) => {
            format!("the repository was {was}, here it is {}", is(now))
        }
        Difference::Branch(was, now) => format!("the branch was {was}, here it is {}", is(now)),
        _ => "something else".into(),
    }
}

fn as_json(plan: &Resumption, done: bool) -> Value {
    let differs = plan.differs.iter().map(|it| {
        let (what, was, is) = match it {
            Difference::NoProgram(program) => ("program", Some(*program), None),
            Difference::Folder(was) => ("folder", Some(was.as_str()), Some(plan.folder.as_str())),
            Difference::Remote(was, is) => ("remote", Some(was.as_str()), is.as_deref()),
            Difference::Branch(was, is) => ("branch", Some(was.as_str()), is.as_deref()),
            _ => ("other", None, None),
        };
        json!({"what": what, "was": was, "is": is})
    });
    let lost = plan
        .lost
        .iter()
        .map(|it| json!({"what": it.code(), "count": it.count(), "text": it.words()}));
    let arguments = plan.arguments.iter().map(String::as_str);
    let command = [plan.program].into_iter().chain(arguments);
    json!({
        "agent": plan.agent,
        "session": plan.session,
        "folder": plan.folder,
        "command": command.collect::<Vec<_>>(),
        "kept": plan.is_kept,
        "there": done || plan.is_there(),
        "differs": differs.collect::<Vec<_>>(),
        "lost": lost.collect::<Vec<_>>(),
        "files": plan.files(),
    })
}
