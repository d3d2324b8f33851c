//! What Driftline's own functions throw, and which fault each of their codes stands for.

use driftline_core::excerpt;
use serde::Deserialize;

use crate::{Fault, Whole};

/// What Driftline's functions throw.
#[derive(Deserialize)]
pub struct Thrown {
    /// Which failure it is.
    pub code: String,
    /// For people.
    pub message: Option<String>,
    /// The serial number of the latest call of a device.
    pub last: Option<Whole>,
    /// The protocol of the deployment.
    pub theirs: Option<Whole>,
    /// Who was refused: `provider:account id`.
    pub person: Option<String>,
}

/// The fault that a code of Driftline's own functions stands for.
impl From<Thrown> for Fault {
    fn from(thrown: Thrown) -> Self {
        let Thrown { code, message, last, theirs, person } = thrown;
        let theirs = theirs.and_then(|it| u32::try_from(it.0).ok());
        let said = message.as_deref().map(excerpt);
        match (code.as_str(), last, theirs) {
            ("unauthenticated", ..) => Self::Unauthenticated,
            ("unlinked", ..) => Self::Unlinked,
            ("moved", ..) => Self::Moved,
            ("old_call", Some(last), _) => Self::OldCall { last: last.0 },
            ("protocol", _, Some(theirs)) => Self::Protocol { theirs },
            ("not_invited", ..) => {
                Self::NotInvited { person: excerpt(person.as_deref().unwrap_or("this account")) }
            }
            ("slow_down", ..) => {
                Self::SlowDown { reason: said.unwrap_or_else(|| "it does not say why".into()) }
            }
            ("bad_request", ..) => Self::BadCall("bad_request".into()),
            ("old_call" | "protocol", ..) => {
                Self::BadAnswer(format!("`{code}` without the number that belongs to it"))
            }
            (other, ..) => Self::Unnamed { what: format!("code `{}`", excerpt(other)), said },
        }
    }
}
