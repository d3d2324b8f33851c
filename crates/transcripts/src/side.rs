//! What an agent keeps of a session outside its transcript, such as in a list of sessions: the
//! name it goes by. When and where the session began, its own records say.

use driftline_core::Millis;

use crate::{Name, Rank, Record, prose};

/// The records that name `session`. The `title` was given, or last could have been, at `time`.
pub(crate) fn name(
    session: String,
    rank: Rank,
    title: &str,
    time: Option<Millis>,
) -> Option<[Record; 2]> {
    let name = Name { rank, text: prose::title(title)?, leaf: None };
    let whose = Record { kind: "session".into(), session: Some(session), ..Record::default() };
    // As a record of the session its time would count as one at which something was said.
    let named = Record {
        kind: "title".into(),
        time,
        name: Some(name),
        raw: Some(title.to_owned()),
        ..Record::default()
    };
    Some([whose, named])
}
