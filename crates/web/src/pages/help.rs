//! Where things are, in one page.

use maud::html;

use crate::{Fragment, Request, Result};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let places = [
        (
            "/sessions",
            "Sessions",
            "Every conversation with an agent, newest first, and each to read.",
        ),
        ("/search", "Search", "Words over messages, names and comments."),
        ("/inbox", "Inbox", "What waits for you: notes, and what this device noticed by itself."),
        ("/workspaces", "Workspaces", "The folders that the conversations were about."),
        (
            "/conflicts",
            "Conflicts",
            "Values that gave way to others in the last 30 days; each can be restored.",
        ),
        ("/sync", "Sync", "Where this device stands with the others, and what waits."),
        (
            "/settings",
            "Settings",
            "Account, what is stored where, where transcripts come from, the config.",
        ),
    ];
    let commands = [
        ("", "start the app, or open the one that runs"),
        ("import", "bring in transcripts now"),
        ("status", "where this device stands"),
        ("--help", "every command"),
    ];
    Ok(Fragment::new(
        "Help",
        html! {
            h1 { "Help" }
            h2 { "Where things are" }
            dl.facts {
                @for (path, name, what) in places {
                    div { dt { a href=(path) { (name) } } dd { (what) } }
                }
            }
            h2 { "Keys" }
            p { "Press " kbd { "?" } " on any page for all of them. " kbd { "/" } " searches, "
                kbd { "j" } " and " kbd { "k" } " move, " kbd { "o" } " opens, " kbd { "Escape" }
                " goes back out." }
            h2 { "The same on a command line" }
            dl.facts {
                @for (command, what) in commands {
                    div { dt { code { (request.host.call(command).trim()) } } dd { (what) } }
                }
            }
        },
    ))
}
