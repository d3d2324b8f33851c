//! `cargo xtask agents`: the agents of the day, as npm has them, against a model of this
//! machine that follows a script. What they write is imported and compared with the script,
//! and what they send to the model after `driftline resume` must hold what came before.

mod check;
mod drive;
mod install;
mod known;
mod model;
mod script;
mod wire;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use self::{
    check::{Driftline, remembered},
    drive::Home,
    install::Installed,
    known::{AGENTS, Agent},
    model::Model,
    script::SCRIPT,
};
use crate::browser;

/// Which agents, and from where.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The agents to try, such as `codex`. Default: all that can be driven
    agents: Vec<String>,
    /// Take the packages in this folder instead of installing the newest ones: one folder
    /// for each agent's command, and `node22`
    #[arg(long, value_name = "DIR")]
    installed: Option<PathBuf>,
    /// Print a line of JSON for each step
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let agents = chosen(&options.agents)?;
    let installed = match &options.installed {
        Some(folder) => Installed::there(folder)?,
        None => Installed::install(&root.join("target/agents"), agents.iter().copied())?,
    };
    browser::build(root)?;
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    let program = this.with_file_name("driftline");
    let model = Model::start()?;
    let mut failed = Vec::new();
    for agent in agents {
        let report = Report { agent, json: options.json };
        if let Err(error) = play(agent, &installed, &model, &program, &report) {
            report.line("failed", false, &format!("{error:#}"));
            failed.push(agent.name);
        }
    }
    ensure!(failed.is_empty(), "not as it should be: {}", failed.join(", "));
    Ok(())
}

/// The agents with these names, or all.
fn chosen(names: &[String]) -> Result<Vec<&'static Agent>> {
    const ALL: &[Agent] = &AGENTS;
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let one = |name: &String| {
        let known = || ALL.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
        let found = ALL.iter().find(|it| [it.name, it.command].contains(&name.as_str()));
        found.with_context(|| format!("no agent is named {name}; there are {}", known()))
    };
    names.iter().map(one).collect()
}

/// Plays the script with one agent. Everything that it leaves behind is deleted.
fn play(
    agent: &Agent,
    installed: &Installed,
    model: &Model,
    program: &Path,
    report: &Report<'_>,
) -> Result<()> {
    let found = installed.find(agent)?;
    report.line("version", true, &found.version);
    let folder = tempfile::tempdir()?;
    let folder = folder.path().canonicalize()?;
    let home = |name: &str| Home::new(folder.join(name), agent, installed, &model.url);
    let (first, second) = (home("home")?, home("other-home")?);
    let (project, elsewhere) = (folder.join("project"), folder.join("elsewhere"));
    for it in [&project, &elsewhere] {
        fs::create_dir(it)?;
        fs::write(it.join("README.md"), "hello\n")?;
    }
    let [(overview, _), (failure, _), (question, _)] = &SCRIPT;
    let again: Vec<_> = agent.again.iter().map(|it| (*it).to_owned()).collect();
    model.take();
    first.prompt(&project, &[], overview)?;
    report.line("first prompt", true, &asked(model)?);
    first.prompt(&project, &again, failure)?;
    report.line("second prompt", true, &asked(model)?);

    let driftline = Driftline { program: program.to_owned(), profile: folder.join("profile") };
    let session = driftline.import(&first, agent.name)?;
    session.compare(2)?;
    report.line("import", true, "prompts, answers and outputs are those of the script");
    let again = driftline.import(&first, agent.name)?;
    ensure!(again == session, "a second import changed rows");
    report.line("second import", true, "brings nothing");

    if let Some(fork) = agent.fork {
        first.prompt(&project, &fork(&session.external_id), question)?;
        remembered(&model.take())?;
        let messages = driftline.fork(&first, &session)?;
        report.line("fork", true, &format!("is listed as one from message {messages}"));
    }

    let resumption = driftline.resume(&second, &session.id, &elsewhere)?;
    report.line("resume", true, &format!("with `{}`", resumption.again.join(" ")));
    second.prompt(&resumption.folder, &resumption.again, question)?;
    remembered(&model.take())?;
    report.line("third prompt", true, "elsewhere; the model was sent what came before");
    Ok(())
}

/// How often the model was asked since the last time.
fn asked(model: &Model) -> Result<String> {
    let times = model.take().len();
    ensure!(times > 1, "the agent asked the model {times} times: it called no tool");
    Ok(format!("the model was asked {times} times"))
}

/// Tells how far an agent came.
struct Report<'a> {
    agent: &'a Agent,
    json: bool,
}

impl Report<'_> {
    fn line(&self, step: &str, is_right: bool, what: &str) {
        let name = self.agent.name;
        if self.json {
            println!("{}", json!({"agent": name, "step": step, "ok": is_right, "what": what}));
        } else {
            println!("{name:12} {step:14} {what}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_chosen_by_either_name() {
        let names = |of: &[&str]| {
            let typed: Vec<_> = of.iter().map(|it| (*it).to_owned()).collect();
            chosen(&typed).map(|it| it.iter().map(|it| it.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["gemini", "codex"]).unwrap(), ["gemini-cli", "codex"]);
        assert_eq!(names(&[]).unwrap().len(), AGENTS.len());
        assert!(names(&["hal"]).unwrap_err().to_string().contains("claude-code"));
    }
}
