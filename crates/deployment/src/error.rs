//! What can go wrong with a local deployment, and what to do about it.

use std::path::PathBuf;

/// A failure to start a local deployment, or to give it an order.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder with the deployment's program is nowhere to be found.
    #[error("there is no convex/local/main.ts in {0} or above it; run this inside the repository")]
    NoRepository(PathBuf),
    /// Node cannot be run.
    #[error("cannot run `node`: {0}; install Node 20 or later")]
    NoNode(#[source] std::io::Error),
    /// Node is too old, or is not Node.
    #[error("`node --version` says `{0}`; install Node 20 or later")]
    OldNode(String),
    /// The packages could not be installed.
    #[error("`npm ci --ignore-scripts` in {folder} failed ({reason}); its output is above")]
    Install {
        /// Where it ran.
        folder: PathBuf,
        /// How it ended.
        reason: String,
    },
    /// The program could not be built.
    #[error("esbuild failed in {folder} ({reason}); its output is above")]
    Build {
        /// Where it ran.
        folder: PathBuf,
        /// How it ended.
        reason: String,
    },
    /// A file or a process could not be handled.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The process ended, or was not ready in time.
    #[error("the local deployment {how}; it wrote:\n{output}")]
    NotReady {
        /// What happened instead.
        how: String,
        /// What it wrote to standard error.
        output: String,
    },
    /// The process does not answer.
    #[error("the local deployment does not answer {order}: {source}")]
    NoAnswer {
        /// What it was asked to do.
        order: String,
        /// Why there is no answer.
        source: reqwest::Error,
    },
    /// An order was refused.
    #[error("the local deployment refused {order} with {status}: {answer}")]
    Refused {
        /// What it was asked to do.
        order: String,
        /// The status of the answer.
        status: u16,
        /// The body of the answer.
        answer: String,
    },
}

impl Error {
    /// For `map_err`: an input or output error while trying to do `what`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Io { what: what.into(), source }
    }
}
