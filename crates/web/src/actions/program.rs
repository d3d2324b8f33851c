//! What the rest of the program is asked for.

use driftline_client::Kind;

use crate::{Form, Outcome, Post, Request, Result, parts::count_of};

/// Begins an import.
pub(super) fn import(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.import_now();
    Ok(Outcome::done())
}

/// Shows made-up data, beside what is here.
pub(super) fn demo(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    Ok(Outcome::go(request.host.demo()?))
}

/// Writes every row into a file.
pub(super) fn export(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let file = request.profile.export()?;
    Ok(Outcome::toast(format!("Everything is in {}", file.path.display())))
}

/// Copies everything, as it is now.
pub(super) fn backup(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let path = request.profile.backup()?;
    Ok(Outcome::toast(format!("Everything is copied to {}", path.display())))
}

/// Keeps a folder or a row on this device.
pub(super) fn exclude(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let Some(what) = form.text("what") else {
        return Ok(Outcome::wrong_field("what", "write a folder, or a row as ENTITY/ID"));
    };
    match request.profile.exclude(what, true) {
        Err(error) if error.kind() == Kind::Invalid => {
            return Ok(Outcome::wrong_field("what", error.told()));
        }
        done => done?,
    }
    let undo = Post::to("/exclude/remove").field("what", what);
    let said = "From now on it stays here. What a remote already has of it stays there.";
    Ok(Outcome::toast(said).undo(undo))
}

/// Lets a folder or a row be synced again.
pub(super) fn include(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let what = form.required("what")?;
    request.profile.exclude(what, false)?;
    let undo = Post::to("/exclude").field("what", what);
    Ok(Outcome::toast("It is synced again, with what waited here.").undo(undo))
}

/// Syncs now.
pub(super) fn sync(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.sync_now();
    Ok(Outcome::done())
}

/// Stops syncing.
pub(super) fn pause(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.pause(true)?;
    let undo = Post::to("/sync/resume");
    Ok(Outcome::toast("Paused. What you write waits here.").undo(undo))
}

/// Goes on syncing.
pub(super) fn resume(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.profile.pause(false)?;
    Ok(Outcome::done())
}

/// Puts rows that were refused back into the queue.
pub(super) fn retry(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let count = request.replica.retry_parked()?;
    request.profile.sync_now();
    Ok(Outcome::toast(format!("{} sent again.", count_of(count, "row is", "rows are"))))
}
