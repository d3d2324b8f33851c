//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod add;
pub(crate) mod backup;
pub(crate) mod comment;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod conflicts;
pub(crate) mod convex_schema;
pub(crate) mod demo;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod exclude;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod list;
pub(crate) mod open;
mod overview;
mod query;
pub(crate) mod remove;
pub(crate) mod restore;
pub(crate) mod retry;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod set;
pub(crate) mod show;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod status;
mod subject;
pub(crate) mod sync;
pub(crate) mod why;
pub(crate) mod workspaces;

use anyhow::Result;

use crate::{cli::Command, context::Context};

/// Runs one command.
pub(crate) fn run(context: &Context<'_>, command: Command) -> Result<()> {
    match command {
        Command::App if context.output.json => overview::run(context),
        Command::App => open::Open::default().run(context),
        Command::Overview => overview::run(context),
        Command::Open(it) => it.run(context),
        Command::Import(it) => it.run(context),
        Command::Sessions(it) => it.run(context),
        Command::Search(it) => it.run(context),
        Command::List(it) => it.run(context),
        Command::Get(it) => it.run(context),
        Command::Show(it) => it.run(context),
        Command::Export(it) => it.run(context),
        Command::Backup(it) => it.run(context),
        Command::Comment(it) => it.run(context),
        Command::Add(it) => it.run(context),
        Command::Set(it) => it.run(context),
        Command::Rm(it) => it.run(context),
        Command::Restore(it) => it.run(context),
        Command::Sync(it) => it.run(context),
        Command::SignIn(it) => it.run(context),
        Command::SignOut(it) => it.run(context),
        Command::Account(it) => it.run(context),
        Command::Exclude(it) => it.run(context),
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
        Command::Completions(it) => it.run(context),
        Command::ConvexSchema(it) => it.run(context),
        Command::Demo(it) => it.run(context),
    }
}
