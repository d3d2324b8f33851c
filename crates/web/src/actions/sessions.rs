//! What is done with one session of a list, or with all that are selected.

use driftline_core::{Id, Timestamp};
use driftline_entities::sessions::Session;

use crate::{Error, Form, Outcome, Post, Request, Result, parts::count_of};

/// Marks sessions: the field `mark` says how, each field `id` which (or several, with
/// commas).
pub(super) fn mark(request: &Request<'_>, form: &Form) -> Result<Outcome> {
    let mark = form.required("mark")?;
    let named = form.iter().filter(|(name, _)| *name == "id");
    let ids = named.flat_map(|(_, several)| several.split(',')).map(|it| {
        it.parse::<Id>().map_err(|_| Error::Bad("a session has an id that is none".into()))
    });
    let ids: Vec<Id> = ids.collect::<Result<_>>()?;
    if ids.is_empty() {
        return Ok(Outcome::toast("No session is selected."));
    }
    let (done, back) = match mark {
        "pin" => ("pinned", "unpin"),
        "unpin" => ("unpinned", "pin"),
        "archive" => ("archived", "unarchive"),
        "unarchive" => ("taken out of the archive", "archive"),
        "read" => ("marked read", "unread"),
        "unread" => ("marked unread", "read"),
        "delete" => ("deleted", "restore"),
        "restore" => ("restored", "delete"),
        _ => return Err(Error::Bad(format!("sessions cannot be marked `{mark}`"))),
    };
    for id in &ids {
        apply(request, *id, mark)?;
    }
    let text = format!("{} {done}.", count_of(ids.len() as u64, "session", "sessions"));
    // Whatever several sessions were before, taking it back makes them alike again; one
    // session is as it was.
    let all = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let undo = Post::to("/sessions/mark").field("mark", back).field("id", all);
    Ok(Outcome::toast(text).undo(undo))
}

fn apply(request: &Request<'_>, id: Id, mark: &str) -> Result<()> {
    let read = || -> Result<Option<Timestamp>> {
        let last = request.reading.index()?.session_line(id)?.map_or(0, |it| it.last_at);
        let now = i64::try_from(request.now).unwrap_or(i64::MAX);
        Ok(Some(Timestamp(now.max(last))))
    };
    let read_at = match mark {
        "read" => read()?,
        // Before its first message: all of them are new.
        "unread" => Some(Timestamp(0)),
        _ => None,
    };
    match mark {
        "delete" => request.replica.delete::<Session>(id)?,
        "restore" => request.replica.restore::<Session>(id)?,
        _ => request.replica.update::<Session>(id, |it| match mark {
            "pin" => it.pinned = true,
            "unpin" => it.pinned = false,
            "archive" => it.archived = true,
            "unarchive" => it.archived = false,
            _ => it.read_at = read_at,
        })?,
    }
    Ok(())
}
