//! `connect`: what a profile syncs with, tried out and agreed to before anything is sent.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use driftline_client::{
    connect::{self, Connected, How, Typed},
    first_merge::Agreed,
    runtime,
};
use driftline_core::{BackendPlugin, SecretString, Start};

use crate::{
    commands::sign_in::review, context::Context, error::Failed, output::table, terminal::Terminal,
};

/// Connect the profile with a remote, or go on with the one that is set up.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Connect {
    /// The backend, such as postgres or bucket; none disconnects
    backend: Option<String>,
    /// Its settings, such as url=postgres://me@server/history
    #[arg(value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Seal what is kept there with a key that stays on your devices: short for sealed=true
    #[arg(long, requires = "backend")]
    sealed: bool,
    /// Read a password or key from a file; otherwise it is asked for
    #[arg(long, value_name = "NAME=FILE")]
    secret: Vec<String>,
    /// Store passwords and keys in files (0600) instead of the keyring
    #[arg(long)]
    secret_file: bool,
    /// Fill a place again that lost what it held
    #[arg(long)]
    refill: bool,
    /// Try the place and show what a first merge would do; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Merge without asking, after a backup
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// List the backends and their settings
    List,
    /// Restore this device to its state before the first merge
    Undo,
}

impl Connect {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        match self.task {
            Some(Task::List) => return list(context),
            Some(Task::Undo) => return review::undo(context),
            None => (),
        }
        let terminal = Terminal::new(context);
        let (dry_run, secret_file) = (self.dry_run, self.secret_file);
        let how = self.how(context, &terminal)?;
        let device = context.device()?;
        let connecting = connect::connect(context, &device.replica, &how, &terminal);
        let done = runtime()?.block_on(connecting);
        let done = terminal.came(done)?;
        tell(context, &done, dry_run, secret_file)
    }

    fn how(self, context: &Context<'_>, terminal: &Terminal<'_>) -> Result<How> {
        let backend = match self.backend {
            None if context.config()?.remote.is_none() => Some(choose(context, terminal)?),
            given => given,
        };
        let mut settings = self.settings.iter().map(|it| pair(it)).collect::<Result<Vec<_>>>()?;
        if let Some(plugin) = backend.as_deref().and_then(named)
            && settings.is_empty()
        {
            // Where it is, and who can read what is there; Enter leaves the rest as it comes.
            let seals = plugin.settings.iter().skip(1).filter(|it| it.0 == "sealed");
            for (key, what) in plugin.settings.iter().take(1).chain(seals.filter(|_| !self.sealed))
            {
                let answer = terminal.asks_line(&format!("{key} ({what}): "))?;
                settings
                    .extend(answer.filter(|it| !it.is_empty()).map(|it| ((*key).to_owned(), it)));
            }
        }
        if self.sealed && !settings.iter().any(|it| it.0 == "sealed") {
            settings.push(("sealed".into(), "true".into()));
        }
        let secrets = self.secret.iter().map(|it| secret(it)).collect::<Result<Typed>>()?;
        let merge = match (self.dry_run, self.yes) {
            (true, _) => Agreed::No,
            (_, true) => Agreed::Yes,
            _ => Agreed::Ask,
        };
        let start = if self.refill { Start::Refill } else { Start::Join };
        Ok(How { backend, settings, secrets, start, in_file: self.secret_file, merge })
    }
}

fn named(name: &str) -> Option<&'static BackendPlugin> {
    connect::backends().find(|it| it.name == name)
}

/// Asks with which backend.
fn choose(context: &Context<'_>, terminal: &Terminal<'_>) -> Result<String> {
    for it in connect::backends() {
        context.output.say(&format!("  {:<10} {}", it.name, it.doc));
    }
    let answer = terminal.asks("Connect with: ")?.filter(|it| !it.is_empty());
    let names: Vec<_> = connect::backends().map(|it| it.name).collect();
    let message = || format!("say with what: connect {}", names.join(" | connect "));
    answer.ok_or_else(|| Failed::usage("usage", message()))
}

fn pair(text: &str) -> Result<(String, String)> {
    let pair = text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    let message = || format!("`{text}` is no setting; write KEY=VALUE");
    pair.ok_or_else(|| Failed::usage("usage", message()))
}

fn secret(text: &str) -> Result<(String, SecretString)> {
    let (name, file) = pair(text)?;
    let path = PathBuf::from(&file);
    let read = fs::read_to_string(&path).with_context(|| format!("{file} cannot be read"))?;
    Ok((name, read.trim_end_matches(['\r', '\n']).into()))
}

fn tell(context: &Context<'_>, done: &Connected, dry_run: bool, in_file: bool) -> Result<()> {
    if context.output.json {
        return context.output.json(done);
    }
    let print = |text: &str| context.output.print(text);
    let Some(remote) = &done.remote else {
        return print("✓ Nothing is synced any more. Everything stays on this device.");
    };
    if dry_run && done.is_new {
        print("Nothing has begun there. Connecting would make it ready and send everything.")?;
    } else if !dry_run && done.signed_in.is_none() {
        print(&format!("✓ Connected with {remote}."))?;
    }
    if in_file {
        context.output.chat("Passwords and keys are in files that only you can read.");
    }
    let again = if done.signed_in.is_some() { "sign-in" } else { "connect" };
    match done.first_merge() {
        Some(first) => review::tell(context, first, dry_run, again),
        None if dry_run => Ok(()),
        None => {
            context.output.chat(&format!("Next:  {}", context.call("sync")));
            Ok(())
        }
    }
}

fn list(context: &Context<'_>) -> Result<()> {
    let all: Vec<_> = connect::backends().collect();
    if context.output.json {
        let pairs = |it: &[(&str, &str)]| -> serde_json::Map<_, _> {
            it.iter().map(|(name, what)| ((*name).to_owned(), (*what).into())).collect()
        };
        let backend = |it: &&BackendPlugin| {
            serde_json::json!({
                "name": it.name, "doc": it.doc, "settings": pairs(it.settings),
                "secrets": pairs(it.secrets), "signs_in": it.sign_in.is_some(),
            })
        };
        return context.output.json(&all.iter().map(backend).collect::<Vec<_>>());
    }
    for it in all {
        context.output.print(&format!("{}: {}", it.name, it.doc))?;
        let row = |(name, what): &(&str, &str)| vec![format!("  {name}"), (*what).to_owned()];
        let rows: Vec<_> = it.settings.iter().chain(it.secrets).map(row).collect();
        if !rows.is_empty() {
            context.output.print(&table(&["  setting", ""], &rows, context.output.width()))?;
        }
    }
    Ok(())
}
