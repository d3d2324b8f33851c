//! What the rest of the program is asked for.

use crate::{Form, Outcome, Post, Request, Result, parts::count_of};

/// Begins an import.
pub(super) fn import(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.host.import_now();
    Ok(Outcome::done())
}

/// Shows made-up data, beside what is here.
pub(super) fn demo(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    Ok(Outcome::go(request.host.demo()?))
}

/// Writes every row into a file.
pub(super) fn export(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let path = request.host.export()?;
    Ok(Outcome::toast(format!("Everything is in {}", path.display())))
}

/// Copies everything, as it is now.
pub(super) fn backup(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let path = request.host.backup()?;
    Ok(Outcome::toast(format!("Everything is copied to {}", path.display())))
}

/// Syncs now.
pub(super) fn sync(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.host.sync_now();
    Ok(Outcome::done())
}

/// Stops syncing.
pub(super) fn pause(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.host.pause(true);
    let undo = Post::to("/sync/resume");
    Ok(Outcome::toast("Paused. What you write waits here.").undo(undo))
}

/// Goes on syncing.
pub(super) fn resume(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.host.pause(false);
    Ok(Outcome::done())
}

/// Puts rows that were refused back into the queue.
pub(super) fn retry(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let count = request.replica.retry_parked()?;
    request.host.sync_now();
    Ok(Outcome::toast(format!("{} sent again.", count_of(count, "row is", "rows are"))))
}
