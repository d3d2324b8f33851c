//! Every way in which an operation can fail. A text says what happened and to which thing;
//! which command or button comes next is known to the program alone, which finds out by the
//! variant.

mod context;
mod kind;

use std::path::PathBuf;

use driftline_core::BoxError;
pub use driftline_core::ErrorKind as Kind;
use driftline_text::count_of;

pub(crate) use self::context::Context;
pub use self::kind::kind_of;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and with which thing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine failed.
    #[error(transparent)]
    Core(#[from] driftline_core::Error),
    /// Signing in, or staying signed in, failed.
    #[error(transparent)]
    Auth(#[from] driftline_auth::Error),
    /// The index of lists and searches cannot be used.
    #[error(transparent)]
    Index(#[from] driftline_index::Error),
    /// An agent cannot be told to go on with a session.
    #[error(transparent)]
    Resume(#[from] crate::resume::Refused),
    /// The folder of the profile cannot be used.
    #[error("{0}")]
    Profile(String),
    /// The folder of the profile may be changed by somebody else.
    #[error("{0}")]
    Exposed(String),
    /// The config is wrong; it says where.
    #[error("{0}")]
    Config(String),
    /// The machine names no home folder to look for transcripts in.
    #[error("this machine names no home folder")]
    NoHome,
    /// The home folder that was named is not there.
    #[error("there is no folder {}; name a home folder", .0.display())]
    NoFolder(PathBuf),
    /// There is neither a file nor a folder where one was named.
    #[error("there is no file or folder {}", .0.display())]
    NothingThere(PathBuf),
    /// No agent writes files like this one.
    #[error(
        "{} is neither an export file nor a transcript of {}", .path.display(), .known.join(", ")
    )]
    NoTranscript {
        /// The file.
        path: PathBuf,
        /// The agents whose transcripts are read.
        known: Vec<&'static str>,
    },
    /// Several agents write files like this one.
    #[error("{} may be a transcript of {}; say of which", .path.display(), .agents.join(" or "))]
    SeveralAgents {
        /// The file.
        path: PathBuf,
        /// The agents.
        agents: Vec<&'static str>,
    },
    /// No agent is called so, or several are.
    #[error("`{agent}` is not the name of one agent; there are {}", .known.join(", "))]
    NoAgent {
        /// What was asked for.
        agent: String,
        /// The agents that there are.
        known: Vec<&'static str>,
    },
    /// No backend is called so.
    #[error("there is no backend `{name}`; there are {}", .known.join(", "))]
    NoBackend {
        /// What was asked for.
        name: String,
        /// Those that can be a remote.
        known: Vec<&'static str>,
    },
    /// A remote asks for secrets that nobody has typed.
    #[error("{remote} asks for {}, and nobody has typed it", .names.join(" and "))]
    LacksSecrets {
        /// The remote.
        remote: String,
        /// Their names.
        names: Vec<String>,
    },
    /// The remote has no key.
    #[error("the remote seals nothing, so it has no key")]
    NoKey,
    /// The config names nothing to sync with.
    #[error("no remote is set up, so there is nothing to sync with")]
    NoRemote,
    /// The config names no remote that people sign in to.
    #[error("no remote that people sign in to is set up")]
    NoDeployment,
    /// Several providers are set up, and none was chosen.
    #[error("say with which account: {}", .0.join(", "))]
    ChooseProvider(Vec<&'static str>),
    /// Nobody typed the code of a sign-in.
    #[error("no code was typed; nothing was changed")]
    NoCode,
    /// It was stopped by a person before it was done.
    #[error("it was stopped")]
    Stopped,
    /// It broke off by a mistake of ours.
    #[error("it broke off; the program's messages say more")]
    BrokeOff,
    /// What should be synced again was never excluded.
    #[error("`{0}` is not excluded")]
    NotExcluded(String),
    /// Of the row nothing is held.
    #[error("nothing of {entity} {id} is held; what was sent cannot be called back")]
    NotHeld {
        /// The entity.
        entity: String,
        /// The row.
        id: driftline_core::Id,
    },
    /// What should be excluded means nothing.
    #[error(
        "`{0}` means nothing here; write a folder from its root, such as /home/me/secret, or a \
         row, such as sessions/ID"
    )]
    NoExclusion(String),
    /// The sign-in of the device that a person is at is ended by signing out.
    #[error("this is the device you are at")]
    ThisDevice,
    /// No device of the person is called so.
    #[error("no device of yours is called `{0}`")]
    NoDevice(String),
    /// Several devices of the person are called so.
    #[error("several devices of yours are called so")]
    SeveralDevices,
    /// The deployment did not say which devices there are.
    #[error("{0}")]
    NotAsked(String),
    /// There was no first merge.
    #[error("no first merge was made here, so there is nothing to undo")]
    NothingToUndo,
    /// The way back from the first merge is gone.
    #[error("the copy from before the first merge is gone, so it cannot be undone")]
    CopyGone,
    /// No such backup.
    #[error("there is no backup {}; {}", .which.display(), named(.latest))]
    NoBackup {
        /// What was asked for.
        which: PathBuf,
        /// The names of the latest that there are.
        latest: Vec<String>,
    },
    /// A file that should be new is there already.
    #[error("{} is there already; name another file", .0.display())]
    Exists(PathBuf),
    /// A file that should be an export file is something else.
    #[error("{} is no export file: its first line does not say so", .0.display())]
    NoExport(PathBuf),
    /// An export file that this program does not understand.
    #[error("{} was written by {} program; {}", .path.display(), age(*.is_new), way_on(*.is_new))]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Whether a newer program wrote it.
        is_new: bool,
    },
    /// A line of an export file is wrong.
    #[error("{}, line {line}: {reason}{}", .path.display(), before(*.joined))]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line; the first is 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
        /// How many rows before it are here by now.
        joined: u64,
    },
    /// A backup of rows that end with the program.
    #[error(
        "the rows of this profile are in memory and end with the program; a backup needs \
         local.backend = \"sqlite\" in the config"
    )]
    NothingLasts,
    /// Nobody has said what becomes of changes that the remote does not have.
    #[error("{}; nothing was done", unsent(*.count, *.failed))]
    Unsent {
        /// How many.
        count: u64,
        /// Whether sending them was tried.
        failed: bool,
    },
    /// The system refused something.
    #[error("{what}")]
    System {
        /// What failed, on what, and what helps.
        what: String,
        /// What the system says.
        #[source]
        source: Option<BoxError>,
    },
}

impl Error {
    /// It and what caused it, in one line.
    pub fn told(&self) -> String {
        causes(self).join(": ")
    }
}

/// An error and what caused it, each once: libraries that repeat their cause in their own
/// message do not make it longer.
pub fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for cause in std::iter::successors(Some(error), |it| it.source()) {
        let cause = cause.to_string();
        if !all.iter().any(|it| it.contains(&cause)) {
            all.push(cause);
        }
    }
    all
}

fn named(names: &[String]) -> String {
    if names.is_empty() {
        return "this profile has none".into();
    }
    format!("the latest of this profile are: {}", names.join(", "))
}

fn age(is_new: bool) -> &'static str {
    if is_new { "a newer" } else { "an older" }
}

fn way_on(is_new: bool) -> &'static str {
    match is_new {
        true => "update this one",
        false => "this one does not read its files any more; use one in between",
    }
}

fn unsent(count: u64, failed: bool) -> String {
    match failed {
        true => format!("{} could not be sent", count_of(count, "change", "changes")),
        false => format!("{} not sent", count_of(count, "change was", "changes were")),
    }
}

fn before(joined: u64) -> String {
    match joined {
        0 => "; nothing was imported".into(),
        1 => "; the row before it is here now".into(),
        many => format!("; the {many} rows before it are here now"),
    }
}
