//! All of a session at once, for whoever carries it elsewhere: what is known of it, where it
//! is on this device, and every message with what the agent wrote, as far as that is here.

use std::collections::HashMap;

use driftline_core::{Id, store::Find};
use driftline_entities::{messages::Message, sessions::Session, workspaces::Workspace};

use crate::{Conversations, Result, resume::moved};

/// A session with all of its messages.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The session.
    pub id: Id,
    /// The agent, such as `claude-code`.
    pub source: Option<String>,
    /// What the agent calls it.
    pub external_id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// The folder in which it was started.
    pub cwd: Option<String>,
    /// Where that folder is on this device.
    pub here: Option<String>,
    /// The branch that was checked out when it was started.
    pub git_branch: Option<String>,
    /// Where the repository of its workspace is fetched from.
    pub git_remote: Option<String>,
    /// Every message, those first that are read, in that order.
    pub messages: Vec<(Id, Message)>,
}

impl Conversations {
    /// All of a session. None: there is no such session.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn whole(&self, session: Id) -> Result<Option<Whole>> {
        let replica = self.replica();
        let Some(session) = replica.get::<Session>(session)? else { return Ok(None) };
        let (id, session) = (session.id, session.value);
        let workspace = match session.workspace {
            Some(it) => replica.get::<Workspace>(it)?.map(|it| it.value),
            None => None,
        };
        let here = session.cwd.as_deref();
        let here = here.map(|it| moved(it, workspace.as_ref()).unwrap_or_else(|| it.to_owned()));
        let conversation = self.of(id)?;
        let order: HashMap<Id, usize> =
            conversation.order().enumerate().map(|(place, it)| (it, place)).collect();
        let all = replica.list::<Message>(&Find::new().refers("session", id))?;
        let mut messages: Vec<_> = all.into_iter().map(|it| (it.id, it.value)).collect();
        messages.sort_by_key(|(id, it)| {
            (order.get(id).copied().unwrap_or(usize::MAX), it.position, *id)
        });
        Ok(Some(Whole {
            id,
            source: session.source,
            external_id: session.external_id,
            name: session.name,
            cwd: session.cwd,
            here,
            git_branch: session.git_branch,
            git_remote: workspace.and_then(|it| it.git_remote),
            messages,
        }))
    }
}
