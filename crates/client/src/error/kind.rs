//! Which kind of failure an error is: for exit codes, for other programs, and for what comes
//! next.

use super::{Error, Kind};

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Core(it) => it.kind(),
            Self::Auth(it) => of_sign_in(it),
            Self::Index(it) => it.kind(),
            Self::Resume(it) => it.kind(),
            Self::NotExcluded(_)
            | Self::NotHeld { .. }
            | Self::NothingThere(_)
            | Self::NoDevice(_)
            | Self::NothingToUndo
            | Self::CopyGone
            | Self::NoBackup { .. } => Kind::NotFound,
            Self::Profile(_)
            | Self::Exposed(_)
            | Self::Config(_)
            | Self::NoHome
            | Self::NoFolder(_)
            | Self::NoAgent { .. }
            | Self::NoTranscript { .. }
            | Self::SeveralAgents { .. }
            | Self::NoBackend { .. }
            | Self::LacksSecrets { .. }
            | Self::NoKey
            | Self::NoRemote
            | Self::NoDeployment
            | Self::ChooseProvider(_)
            | Self::NoCode
            | Self::NoExclusion(_)
            | Self::ThisDevice
            | Self::SeveralDevices
            | Self::Exists(_)
            | Self::NoExport(_)
            | Self::OtherFormat { .. }
            | Self::BadLine { .. }
            | Self::Unsent { .. } => Kind::Invalid,
            Self::NotAsked(_)
            | Self::Stopped
            | Self::BrokeOff
            | Self::NothingLasts
            | Self::System { .. } => Kind::Internal,
        }
    }

    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Core(it) => it.code(),
            Self::Auth(it) => it.code(),
            Self::Index(it) => it.code(),
            Self::Resume(it) => it.code(),
            Self::Profile(_) | Self::Exposed(_) => "profile",
            Self::Config(_) => "config",
            Self::NoHome => "no_home",
            Self::NoFolder(_) => "no_folder",
            Self::NoAgent { .. } => "no_agent",
            Self::NoTranscript { .. } => "no_transcript",
            Self::SeveralAgents { .. } => "several_agents",
            Self::NoRemote | Self::NoDeployment => "no_remote",
            Self::NoBackend { .. } => "no_backend",
            Self::LacksSecrets { .. } => "lacks_secrets",
            Self::NoKey => "no_key",
            Self::ChooseProvider(_) => "provider",
            Self::NoCode => "no_code",
            Self::Stopped => "stopped",
            Self::NotExcluded(_)
            | Self::NotHeld { .. }
            | Self::NothingThere(_)
            | Self::NoDevice(_)
            | Self::NothingToUndo
            | Self::CopyGone
            | Self::NoBackup { .. } => "not_found",
            Self::ThisDevice => "this_device",
            Self::SeveralDevices => "ambiguous_id",
            Self::NotAsked(_) => "unavailable",
            Self::NoExclusion(_) => "usage",
            Self::NothingLasts => "no_backup",
            Self::Exists(_) => "exists",
            Self::NoExport(_) => "no_export",
            Self::OtherFormat { .. } => "other_format",
            Self::BadLine { .. } => "bad_line",
            Self::Unsent { .. } => "unsent",
            Self::BrokeOff | Self::System { .. } => "failed",
        }
    }
}

/// The short name and the kind of an error of this crate, or of those below it; none for
/// others.
pub fn kind_of(error: &(dyn std::error::Error + 'static)) -> Option<(&'static str, Kind)> {
    if let Some(it) = error.downcast_ref::<Error>() {
        return Some((it.code(), it.kind()));
    }
    if let Some(it) = error.downcast_ref::<driftline_core::Error>() {
        return Some((it.code(), it.kind()));
    }
    if let Some(it) = error.downcast_ref::<driftline_auth::Error>() {
        return Some((it.code(), of_sign_in(it)));
    }
    if let Some(it) = error.downcast_ref::<driftline_index::Error>() {
        return Some((it.code(), it.kind()));
    }
    if let Some(it) = error.downcast_ref::<driftline_conversation::Error>() {
        return Some((it.code(), it.kind()));
    }
    error.downcast_ref::<driftline_inspect::Error>().map(|it| (it.code(), it.kind()))
}

fn of_sign_in(error: &driftline_auth::Error) -> Kind {
    use driftline_auth::Error;
    match error {
        Error::BadAddress { .. } | Error::UnknownProvider { .. } | Error::WrongSite { .. } => {
            Kind::Invalid
        }
        Error::Denied | Error::TimedOut { .. } | Error::WrongCode | Error::Refused { .. } => {
            Kind::SignIn
        }
        error if error.is_transient() => Kind::Transient,
        _ => Kind::Internal,
    }
}
