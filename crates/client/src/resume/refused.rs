//! Why an agent is not told to go on with a session.

use std::path::PathBuf;

use driftline_core::ErrorKind;

/// What is in the way, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// No such agent can be told to go on with a session.
    #[error(
        "{} cannot be told to go on with a session; choose one of {}",
        .agent.as_deref().unwrap_or("the agent of this session"), .known.join(", ")
    )]
    NoWriter {
        /// What was asked for, or whose session it is.
        agent: Option<String>,
        /// The agents that can.
        known: Vec<&'static str>,
    },
    /// Nothing of what was said in the session is on this device.
    #[error("no message of this session is on this device; import or sync it first")]
    Empty,
    /// The folder to go on in is not on this device.
    #[error("there is no folder {} on this device; name the one to go on in", .0.display())]
    NoFolder(PathBuf),
    /// No folder was named, and the session knows none.
    #[error("this session does not say in which folder it was; name the one to go on in")]
    UnknownFolder,
    /// The name of the folder is not text, as every agent needs it.
    #[error("the path {} is not UTF-8 or holds control characters; name another folder", .0.display())]
    OddFolder(PathBuf),
    /// The agent's store has another state of the session.
    #[error(
        "{} holds this session, but not all that is known of it here; move that file away to \
         have it written anew, or go on with it as it is: {command}", .path.display()
    )]
    Differs {
        /// The file.
        path: PathBuf,
        /// The command that goes on with what is there.
        command: String,
    },
    /// Something in the agent's store is not a plain folder or file.
    #[error("{} is a link or no plain {what}; nothing is written there", .path.display())]
    NotPlain {
        /// Where it is.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// A path of a plan would leave the agent's store.
    #[error("the session would be written outside of the folder of {0}; nothing was written")]
    Outside(&'static str),
    /// The agent itself has to take the session in, and it is not here.
    #[error(
        "{agent} has to take the session in itself, and no program `{program}` is on the PATH; install it"
    )]
    NoProgram {
        /// The agent.
        agent: &'static str,
        /// Its program.
        program: &'static str,
    },
    /// The agent did not take the session in.
    #[error("{agent} did not take the session in; it says: {said}")]
    NotTaken {
        /// The agent.
        agent: &'static str,
        /// What its program says.
        said: String,
    },
    /// Nobody agreed to it.
    #[error("nothing was written, since nobody agreed to it")]
    NotAgreed,
    /// A transcript of the agent cannot be looked into.
    #[error(transparent)]
    Store(#[from] driftline_transcripts::Error),
}

impl Refused {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::NoProgram { .. } | Self::NotTaken { .. } | Self::Store(_) => ErrorKind::Internal,
            _ => ErrorKind::Invalid,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoWriter { .. } => "no_agent",
            Self::Empty => "empty",
            Self::NoFolder(_) | Self::UnknownFolder | Self::OddFolder(_) => "no_folder",
            Self::Differs { .. } => "exists",
            Self::NotPlain { .. } | Self::Outside(_) => "not_plain",
            Self::NoProgram { .. } => "no_program",
            Self::NotTaken { .. } | Self::Store(_) => "failed",
            Self::NotAgreed => "not_agreed",
        }
    }
}
