//! What a person does in the inbox.

use driftline_reading::inbox::{self, Mark, Part};

use crate::{Error, Form, Outcome, Post, Request, Result};

/// Adds a note.
pub(super) fn add(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let Some(title) = form.text("title") else {
        return Ok(Outcome::wrong_field("title", "say in a line what it is about"));
    };
    inbox::add(request.replica, title, form.text("body"), None)?;
    Ok(Outcome::toast("Added."))
}

/// Reads an item, and shows it.
pub(super) fn open(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    inbox::mark(request.replica, &request.host.outside()?, id, Mark::Read)?;
    let part = form.text("part").and_then(Part::named).filter(|it| *it != Part::Open);
    let part = part.map(|it| format!("part={}&", it.name())).unwrap_or_default();
    Ok(Outcome::go(format!("/inbox?{part}at={id}")))
}

/// Reads, keeps, puts away or takes out an item.
pub(super) fn mark(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let id = request.id("id")?;
    let (mark, said) = match request.part("mark") {
        "read" => (Mark::Read, "Read."),
        "unread" => (Mark::Unread, "Unread again."),
        "archive" => (Mark::Archive, "Done."),
        "unarchive" => (Mark::Unarchive, "In the inbox again."),
        other => {
            let what = driftline_core::excerpt(other);
            return Err(Error::NotFound(format!("nothing in the inbox is done by `{what}`")));
        }
    };
    if !inbox::mark(request.replica, &request.host.outside()?, id, mark)? {
        return Ok(Outcome::done());
    }
    let undo = match mark.undo() {
        Mark::Read => "read",
        Mark::Unread => "unread",
        Mark::Archive => "archive",
        Mark::Unarchive => "unarchive",
    };
    Ok(Outcome::toast(said).undo(Post::to(format!("/inbox/{id}/{undo}"))))
}

/// Reads everything that is open.
pub(super) fn read_all(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    let outside = request.host.outside()?;
    let mut count = 0_u64;
    for it in inbox::list(request.replica, &outside, Part::Open)? {
        count += u64::from(inbox::mark(request.replica, &outside, it.id, Mark::Read)?);
    }
    let read = crate::parts::count_of(count, "item", "items");
    Ok(Outcome::toast(format!("{read} marked as read.")))
}
