//! The one place that says where the sync stands: a shape, a word and a number. Waiting
//! alone is calm; only what needs a person is red.

use driftline_core::{
    Millis,
    status::{State, Status},
};
use driftline_text::ago;
use maud::{Markup, html};

use super::{count_of, grouped, icon};

/// The indicator that every page carries.
pub(crate) fn indicator(status: &Status, paused: bool, now: Millis) -> Markup {
    let paused = paused && matches!(status.state, State::Synced | State::Offline);
    html! {
        a.sync #sync href="/sync" data-state=(status.state.word()) {
            @if paused {
                (icon("pause")) span { "Paused" (waiting(status)) }
            } @else {
                (shape(status.state)) span { (short(status, now)) }
            }
        }
    }
}

/// The shape of a state.
pub(crate) fn shape(state: State) -> Markup {
    icon(match state {
        State::Local => "ring",
        State::Synced => "check",
        State::Syncing => "arrows",
        State::Offline => "slash",
        State::Error => "warning",
    })
}

fn waiting(status: &Status) -> String {
    match status.waiting {
        0 => String::new(),
        some => format!(", {} waiting", grouped(some)),
    }
}

fn short(status: &Status, now: Millis) -> String {
    let waiting = waiting(status);
    match status.state {
        State::Local => "On this device".into(),
        State::Synced => format!("Synced {}", since(status, now)),
        State::Syncing => format!("Syncing{waiting}"),
        State::Offline => format!("Offline{waiting}"),
        State::Error if status.parked > 0 => format!("Needs you: {}", grouped(status.parked)),
        State::Error => "Needs you".into(),
    }
}

fn since(status: &Status, now: Millis) -> String {
    status.last_contact_at.map_or_else(|| "never".to_owned(), |it| ago(it, now))
}

/// Where the sync stands, in a sentence or two: what is, and what waits.
pub(crate) fn sentence(status: &Status, now: Millis) -> String {
    let remote = status.remote.as_deref().unwrap_or("the remote");
    let waiting = match status.waiting {
        0 => String::new(),
        some => {
            format!(" {} here; nothing is lost.", count_of(some, "change waits", "changes wait"))
        }
    };
    let parked = match status.parked {
        0 => String::new(),
        some => {
            let rows = count_of(some, "row was refused and is", "rows were refused and are");
            format!(" {rows} set aside; the rest goes on.")
        }
    };
    let unread = match status.unread {
        0 => String::new(),
        some => format!(
            " {} there cannot be read by this program and stayed aside; update it.",
            count_of(some, "row", "rows")
        ),
    };
    let held = match status.held {
        0 => String::new(),
        some => format!(" {} held here until you decide.", count_of(some, "row is", "rows are")),
    };
    let parked = format!("{parked}{unread}");
    match (status.state, &status.error) {
        (State::Local, _) => "Everything is on this device. No sync is set up.".into(),
        (State::Synced, _) => format!("Synced with {remote} {}.{held}", since(status, now)),
        (State::Syncing, _) => format!("Syncing with {remote}.{waiting}"),
        (State::Offline, Some(error)) => format!("Offline: {}.{waiting}", error.message),
        (State::Offline, None) => match status.last_contact_at {
            None => format!("Not synced with {remote} yet.{waiting}"),
            Some(at) => format!("Last synced with {remote} {}.{waiting}", ago(at, now)),
        },
        (State::Error, Some(error)) => format!("Needs you: {}.{waiting}{parked}", error.message),
        (State::Error, None) => format!("Needs you.{parked}{waiting}"),
    }
}
