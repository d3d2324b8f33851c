//! What can be typed.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use driftline_core::Schema;

use crate::{commands, error::Usage};

/// Where settings come from, for the help.
const CONFIG: &str = "\
Config: driftline.toml in the profile's folder, with tables [local], [remote], [sync] and [import].
Over it, the environment: DRIFTLINE_REMOTE__BACKEND is remote.backend, and so on for
every key. Over both, --config. `config show` tells where each value comes from.";

/// Keeps, searches and syncs your history with coding agents
#[derive(Clone, Debug, Parser)]
#[command(name = "driftline", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Use the profile in this folder (default: $DRIFTLINE_HOME, else your data directory)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Write data and errors as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Override a config key for this call, such as remote.backend=none
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) config: Vec<String>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do. Nothing: start the app, or open the one that runs.
#[derive(Clone, Debug, Default, Subcommand)]
pub(crate) enum Command {
    #[default]
    #[command(skip)]
    App,
    /// Open the app in the browser, starting it if needed
    Open(commands::open::Open),
    /// Show what is stored, what is new and what to do next
    Overview,
    /// Import the transcripts of coding agents, or an export file; never writes to them
    Import(commands::import::Import),
    /// List the agents on this machine, and what of their transcripts is imported
    Agents(commands::agents::Agents),
    /// List sessions, last active first
    Sessions(commands::sessions::Sessions),
    /// Search messages, names and comments
    Search(commands::search::Search),
    /// List the rows of an entity
    List(commands::list::List),
    /// Show one row
    Get(commands::get::Get),
    /// Show a session as a conversation
    Show(commands::show::Show),
    /// Write a session to a file, as markdown or JSON, or all rows to an export file
    Export(commands::export::Export),
    /// Go on with a session in its agent or another, here or in another folder
    Resume(commands::resume::Resume),
    /// Copy the profile's data to a new file, list copies, restore one
    Backup(commands::backup::Backup),
    /// Comment on a session or message, resolve and list comments
    Comment(commands::comment::Comment),
    /// Create a row and print its id
    Add(commands::add::Add),
    /// Change fields of a row
    Set(commands::set::Set),
    /// Delete a row; `restore` brings it back
    Rm(commands::remove::Remove),
    /// Delete a row for good on every device; nothing brings it back
    Purge(commands::purge::Purge),
    /// Restore a deleted row
    Restore(commands::restore::Restore),
    /// Exchange all changes with the remote
    Sync(commands::sync::Sync),
    /// Connect the profile with a remote: try it, review a first merge, agree
    Connect(commands::connect::Connect),
    /// Show or change the key of a sealed remote
    Key(commands::key::Key),
    /// Sign in to the configured deployment
    SignIn(commands::sign_in::SignInTo),
    /// Sign out; all rows stay on this device
    SignOut(commands::sign_out::SignOut),
    /// Show who is signed in, and on which devices
    Account(commands::account::Account),
    /// Keep rows on this device
    Exclude(commands::exclude::Exclude),
    /// Decide about likely secrets in what you wrote
    Held(commands::held::Held),
    /// Check what syncing and signing in need, and look the remote over
    Doctor(commands::doctor::Doctor),
    /// Show the state of syncing and what to do next
    Status(commands::status::Show),
    /// Print digests of the local rows, and a short code to compare across devices
    Digest(commands::digest::Show),
    /// List values that lost in the last 30 days, and folded rows
    Conflicts(commands::conflicts::Conflicts),
    /// List earlier values of a row's fields, newest first
    History(commands::history::History),
    /// List notes, comments, conflicts and problems that need attention
    Inbox(commands::inbox::Inbox),
    /// List workspaces, and their folders on this device
    Workspaces(commands::workspaces::Workspaces),
    /// Queue parked rows again
    Retry(commands::retry::Retry),
    /// Explain where a row stands: who wrote what when, and whether the remote has it
    Why(commands::why::Why),
    /// Show, check or change the config
    Config(commands::config::Config),
    /// Print completions for a shell
    Completions(commands::completions::Completions),
    /// Print the Convex schema for the entities of this program
    #[command(hide = true)]
    ConvexSchema(commands::convex_schema::Show),
    /// Play two devices and a remote in a temporary folder
    Demo(commands::demo::Demo),
}

impl Arguments {
    /// Reads what was typed.
    pub(crate) fn read(words: &[OsString]) -> Result<Self> {
        let matches = command().try_get_matches_from(words).map_err(Usage)?;
        Ok(Self::from_arg_matches(&matches).map_err(Usage)?)
    }
}

/// Everything that can be typed.
pub(crate) fn command() -> clap::Command {
    let entities = match Schema::registered() {
        Ok(schema) => schema.entities().iter().map(|it| format!("  {:<12} {}\n", it.name, it.doc)),
        Err(_) => return Arguments::command(),
    };
    let entities = entities.collect::<String>();
    Arguments::command().after_help(format!("Entities:\n{entities}\n{CONFIG}"))
}
