//! What a command is about: a session, or a message and with it its session.

use anyhow::Result;
use driftline_core::{Error, Id, SyncEntity as _};
use driftline_entities::{messages::Message, sessions::Session};

use crate::{
    context::{Context, Device},
    rows,
};

/// A session, or one of its messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) session: Id,
    pub(super) message: Option<Id>,
}

impl Subject {
    /// What has an id that starts with `typed`: sessions come before messages.
    pub(super) fn find(context: &Context<'_>, device: &Device, typed: &str) -> Result<Self> {
        let replica = &device.replica;
        let named = |name: &str| rows::find_id(replica, context.schema.entity(name)?, typed);
        let no_session = match named(Session::NAME) {
            Ok(session) if device.replica.get_values(Session::NAME, session)?.is_some() => {
                return Ok(Self { session, message: None });
            }
            Ok(id) => Error::NotFound { entity: Session::NAME.into(), id }.into(),
            Err(error) => error,
        };
        let Ok(message) = named(Message::NAME) else { return Err(no_session) };
        match device.reading().conversations().session_of(message)? {
            Some(session) => Ok(Self { session, message: Some(message) }),
            None => Err(no_session),
        }
    }
}
