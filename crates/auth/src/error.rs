//! Every way in which signing in or staying signed in can fail: what, where, what to do.

use driftline_convex_client::{self as client, Fault};
use driftline_core::BoxError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with which thing, and what to do next. No variant holds a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address that tokens must not be sent to.
    #[error("`{text}` cannot be used: {reason}")]
    BadAddress {
        /// The address, cut short.
        text: String,
        /// What is wrong with it, and what to write instead.
        reason: String,
    },
    /// The deployment did not answer. Nobody was signed out by it.
    #[error("{host} cannot be reached ({reason}); check the network and try again")]
    Unreachable {
        /// The deployment or provider.
        host: String,
        /// Why.
        reason: String,
    },
    /// An answer that makes no sense.
    #[error("{host} gave an answer that makes no sense: {reason}")]
    BadAnswer {
        /// The deployment or provider.
        host: String,
        /// What was wrong.
        reason: String,
    },
    /// A function of the deployment failed.
    #[error("{host} could not do it: {reason}; its set-up may be incomplete")]
    Failed {
        /// The deployment.
        host: String,
        /// What it said.
        reason: String,
    },
    /// A deployment whose environment is incomplete. Which variables it lacks is told to
    /// whoever runs it alone.
    #[error("{host} is not set up for {what}; whoever runs it can see what is missing")]
    NotSetUp {
        /// The deployment.
        host: String,
        /// A way to sign in, or sign-in as a whole.
        what: String,
    },
    /// A provider without the way that was asked for.
    #[error(
        "{provider} has no sign-in of its own for machines without a browser; sign in with a \
         typed code"
    )]
    NoDeviceFlow {
        /// What people call the provider.
        provider: &'static str,
        /// Its name.
        name: &'static str,
    },
    /// A provider that there is not.
    #[error("there is no way to sign in called `{name}`; there are: {known}")]
    UnknownProvider {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The deployment sent the browser somewhere else than to itself.
    #[error(
        "{host} wants your browser to open {met}, which is not where it serves its pages \
         ({expected}); if that is right, set it as the address of the site (`site_url`)"
    )]
    WrongSite {
        /// The deployment.
        host: String,
        /// Where the browser was to go.
        met: String,
        /// Where it should go.
        expected: String,
    },
    /// A deployment on a host of its own, which does not tell where its pages are.
    #[error("where {host} serves its pages is not known; set the address of the site (`site_url`)")]
    UnknownSite {
        /// The deployment.
        host: String,
    },
    /// The person said no, or the provider did.
    #[error("sign-in was refused in the browser; nothing was changed. Sign in again")]
    Denied,
    /// Nobody came back.
    #[error(
        "nobody came back from the browser in {minutes} minutes; nothing was changed. Sign in \
         again, without a browser here with a typed code"
    )]
    TimedOut {
        /// How long it waited.
        minutes: u64,
    },
    /// A code that is not, or no longer, good.
    #[error(
        "this code is not good any more (it works once, for two minutes); sign in again for \
         another one"
    )]
    WrongCode,
    /// The deployment did not take who the provider said it was.
    #[error("{host} did not accept this sign-in; nothing was changed. Sign in again")]
    Refused {
        /// The deployment.
        host: String,
    },
    /// The deployment is other people's.
    #[error(
        "{person} is not among the people of {host}, and nothing was changed; to let it in, \
         whoever runs {host} adds it to its list DRIFTLINE_PEOPLE"
    )]
    NotInvited {
        /// The deployment.
        host: String,
        /// `provider:account id`.
        person: String,
    },
    /// Too many sign-ins at once.
    #[error("{host} takes no sign-in at the moment ({reason}); whoever is signed in goes on")]
    SlowDown {
        /// The deployment.
        host: String,
        /// What it said.
        reason: String,
    },
    /// No listener.
    #[error(
        "this machine lets no program listen for the browser ({reason}); sign in with a typed \
         code"
    )]
    Listen {
        /// Why.
        reason: String,
    },
    /// Tokens cannot be read or written.
    #[error("{what}; {help}")]
    Vault {
        /// What failed, and where.
        what: String,
        /// What to do next.
        help: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The keyring does not work.
    #[error(
        "the keyring of this system cannot be used: {reason}; unlock it and try again, or keep \
         the sign-in in a file"
    )]
    Keyring {
        /// Why. Nothing that was read from it is in here.
        reason: &'static str,
    },
    /// Another process does not give up its turn.
    #[error("another process of this profile is still renewing the sign-in; try again")]
    Busy,
}

impl Error {
    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } | Self::UnknownSite { .. } => "bad_address",
            Self::Unreachable { .. } => "unavailable",
            Self::BadAnswer { .. } => "bad_answer",
            Self::Failed { .. } => "failed",
            Self::NotSetUp { .. } => "not_set_up",
            Self::NoDeviceFlow { .. } => "no_device_flow",
            Self::UnknownProvider { .. } => "unknown_provider",
            Self::WrongSite { .. } => "wrong_site",
            Self::Denied => "denied",
            Self::TimedOut { .. } => "timed_out",
            Self::WrongCode => "wrong_code",
            Self::Refused { .. } => "refused",
            Self::NotInvited { .. } => "not_invited",
            Self::SlowDown { .. } => "slow_down",
            Self::Listen { .. } => "listen",
            Self::Vault { .. } | Self::Keyring { .. } => "tokens",
            Self::Busy => "busy",
        }
    }

    /// Whether trying again later, with nothing changed here, can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::BadAnswer { .. } | Self::SlowDown { .. } | Self::Busy
        )
    }
}

impl Error {
    /// What a fault of a call of the deployment at `host` means for signing in.
    pub(crate) fn of_call(fault: Fault, host: String) -> Self {
        match fault {
            Fault::Unauthenticated => Self::Refused { host },
            Fault::NotInvited { person } => Self::NotInvited { host, person },
            Fault::SlowDown { reason } => Self::SlowDown { host, reason },
            Fault::Unavailable { reason, .. } => Self::Unreachable { host, reason },
            Fault::BadAnswer(reason) => Self::BadAnswer { host, reason },
            Fault::Unnamed { said: Some(reason), .. } => Self::Failed { host, reason },
            other => Self::Failed { host, reason: other.to_string() },
        }
    }
}

impl From<client::Error> for Error {
    fn from(error: client::Error) -> Self {
        match error {
            client::Error::BadAddress { text, reason } => Self::BadAddress { text, reason },
            error => Self::Vault {
                what: "no secure connections can be made on this machine".into(),
                help: "install the system's root certificates (often `ca-certificates`)".into(),
                source: Some(error.into()),
            },
        }
    }
}

impl From<Error> for driftline_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Vault { what, help, source } => Self::Store { what, help, source },
            Error::Keyring { reason } => Self::Store {
                what: format!("the keyring of this system cannot be used: {reason}"),
                help: "unlock it and try again, or keep the sign-in in a file".into(),
                source: Some(error.into()),
            },
            // What it says about rows holds here, too: they wait.
            Error::Unreachable { ref host, .. }
            | Error::BadAnswer { ref host, .. }
            | Error::Failed { ref host, .. } => Self::Unavailable {
                remote: host.clone(),
                retry_after: None,
                source: Some(error.into()),
            },
            error => Self::Unavailable {
                remote: "the sign-in".into(),
                retry_after: None,
                source: Some(error.into()),
            },
        }
    }
}
