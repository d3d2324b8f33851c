//! From a command that was typed to the code that runs it.

use anyhow::Result;

use crate::{
    cli::{self, Command},
    commands,
    context::Context,
};

/// Runs one command.
pub(crate) fn run(context: &Context<'_>, command: Command) -> Result<()> {
    match command {
        Command::App if context.output.json => commands::overview::run(context),
        Command::App => commands::open::Open::default().run(context),
        Command::Overview => commands::overview::run(context),
        Command::Open(it) => it.run(context),
        Command::Import(it) => it.run(context),
        Command::Agents(it) => it.run(context),
        Command::Sessions(it) => it.run(context),
        Command::Search(it) => it.run(context),
        Command::List(it) => it.run(context),
        Command::Get(it) => it.run(context),
        Command::Show(it) => it.run(context),
        Command::Export(it) => it.run(context),
        Command::Resume(it) => it.run(context),
        Command::Backup(it) => it.run(context),
        Command::Comment(it) => it.run(context),
        Command::Add(it) => it.run(context),
        Command::Set(it) => it.run(context),
        Command::Rm(it) => it.run(context),
        Command::Purge(it) => it.run(context),
        Command::Restore(it) => it.run(context),
        Command::Sync(it) => it.run(context),
        Command::Connect(it) => it.run(context),
        Command::Key(it) => it.run(context),
        Command::SignIn(it) => it.run(context),
        Command::SignOut(it) => it.run(context),
        Command::Account(it) => it.run(context),
        Command::Exclude(it) => it.run(context),
        Command::Held(it) => it.run(context),
        Command::Doctor(it) => it.run(context),
        Command::Status(it) => it.run(context),
        Command::Digest(it) => it.run(context),
        Command::Conflicts(it) => it.run(context),
        Command::History(it) => it.run(context),
        Command::Inbox(it) => it.run(context),
        Command::Workspaces(it) => it.run(context),
        Command::Retry(it) => it.run(context),
        Command::Why(it) => it.run(context),
        Command::Config(it) => it.run(context),
        Command::Completions(it) => it.run(context, cli::command()),
        Command::ConvexSchema(it) => it.run(context),
        Command::Demo(it) => it.run(context),
    }
}
