//! What can be typed.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use driftline_core::Schema;

use crate::{commands, error::Usage};

/// Where settings come from, for the help.
const CONFIG: &str = "\
Config: driftline.toml in the profile's folder, with tables [local], [remote] and [sync].
Over it, the environment: DRIFTLINE_REMOTE__BACKEND is remote.backend, and so on for
every key. Over both, --config. `config show` tells where each value comes from.";

/// Your work with coding agents, on this machine and, if you want, on all of yours
#[derive(Clone, Debug, Parser)]
#[command(name = "driftline", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The folder with config and database, or DRIFTLINE_HOME: one profile is one
    /// device to the rest of the world
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Write data and errors as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Set a key of the config for this call alone, such as remote.backend=none
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
    /// Start the app and open it in the browser, or open the one that runs
    Open(commands::open::Open),
    /// What is here, what is new, and what to do next
    Overview,
    /// Bring in the transcripts of coding agents; their files are only read
    Import(commands::import::Import),
    /// The sessions, by what was active last
    Sessions(commands::sessions::Sessions),
    /// Find words in messages, names and comments
    Search(commands::search::Search),
    /// List the rows of an entity
    List(commands::list::List),
    /// Show one row
    Get(commands::get::Get),
    /// Read a session, or the part of it around a message
    Show(commands::show::Show),
    /// Write a session to a file of its own, as markdown or JSON
    Export(commands::export::Export),
    /// Copy everything to a new file of the profile, list the copies, or go back to one
    Backup(commands::backup::Backup),
    /// Comment on a session or a message, settle and list comments
    Comment(commands::comment::Comment),
    /// Create a row and print its id
    Add(commands::add::Add),
    /// Change fields of a row
    Set(commands::set::Set),
    /// Delete a row; `restore` brings it back
    Rm(commands::remove::Remove),
    /// Bring back a deleted row
    Restore(commands::restore::Restore),
    /// Exchange everything with the remote
    Sync(commands::sync::Sync),
    /// Sign in to the deployment that the config names
    SignIn(commands::sign_in::SignInTo),
    /// Forget the sign-in; what is here stays here
    SignOut(commands::sign_out::SignOut),
    /// Who is signed in, on which devices, and what is stored where
    Account(commands::account::Account),
    /// What stays on this device, whatever is synced
    Exclude(commands::exclude::Exclude),
    /// Check what signing in and syncing need, without signing in
    Doctor(commands::doctor::Doctor),
    /// Where this profile stands with its remote
    Status(commands::status::Show),
    /// Sums of what is here, and a code to compare by eye: equal on devices that are
    Digest(commands::digest::Show),
    /// Values that gave way to others in the last 30 days, and rows that were folded
    Conflicts(commands::conflicts::Conflicts),
    /// What a row's fields were before, newest first
    History(commands::history::History),
    /// Notes, and what this device notices by itself: what waits for your attention
    Inbox(commands::inbox::Inbox),
    /// The folders that you work in, and where they are on this device
    Workspaces(commands::workspaces::Workspaces),
    /// Send rows again that the remote refused
    Retry(commands::retry::Retry),
    /// What happened to a row: who wrote what when, and whether the remote has it
    Why(commands::why::Why),
    /// Show, check or change the config
    Config(commands::config::Config),
    /// Print what a shell needs to complete what is typed
    Completions(commands::completions::Completions),
    /// The tables of a Convex deployment for the entities of this program
    #[command(hide = true)]
    ConvexSchema(commands::convex_schema::Show),
    /// Two devices and a remote in a temporary folder: what syncing does, in words
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
