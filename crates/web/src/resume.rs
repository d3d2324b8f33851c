//! The command that goes on with a session where its agent left it.

use driftline_client::resume::again;
use driftline_conversation::resume_command;
use driftline_entities::{sessions::Session, workspaces::Workspace};

use crate::Request;

/// The command, for the person's shell. None: it is not known how the agent goes on, or a name
/// holds what must not get into that shell.
pub(crate) fn command(
    request: &Request<'_>,
    session: &Session,
    workspace: Option<&Workspace>,
) -> Option<String> {
    let words = again(session.source.as_deref()?)?;
    resume_command(session, workspace, &words, request.host.shell())
}
