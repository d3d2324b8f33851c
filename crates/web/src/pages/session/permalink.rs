//! The address of a message, which leads to where it is read.

use crate::{Error, Fragment, Request, Result};

/// Goes to the window of a message. An id that was folded into another leads there, too.
pub(in crate::pages) fn show(request: &Request<'_>) -> Result<Fragment> {
    let id = request.id("id")?;
    match request.reading.conversations().session_of(id)? {
        Some(session) => Ok(Fragment::go(format!("/s/{session}?at={id}"))),
        None => Err(Error::NotFound(format!("no message has the id {id}"))),
    }
}
