//! The keyboard map: the one table that the help shows and the script reads.

/// A key, or several one after the other.
pub(crate) struct Key {
    /// What is pressed, separated by spaces.
    pub(crate) keys: &'static str,
    /// What it does.
    pub(crate) what: &'static str,
    /// What the script does: `go PATH`, or the name of one of its functions. Empty: it
    /// presses what carries the same key in `data-k`, first in the row that has the
    /// focus, then on the page.
    pub(crate) does: &'static str,
}

const fn key(keys: &'static str, what: &'static str, does: &'static str) -> Key {
    Key { keys, what, does }
}

/// Groups of keys with a heading.
pub(crate) static KEYS: &[(&str, &[Key])] = &[
    (
        "Go to",
        &[
            key("/", "Search", "search"),
            key("g s", "Sessions", "go /sessions"),
            key("g i", "Inbox", "go /inbox"),
            key("g w", "Workspaces", "go /workspaces"),
            key("g y", "Sync", "go /sync"),
            key("g c", "Conflicts", "go /conflicts"),
            key("g a", "Account", "go /account"),
            key("?", "All keys", "help"),
        ],
    ),
    (
        "Move",
        &[
            key("j", "Next row or message", "next"),
            key("k", "Previous row or message", "previous"),
            key("J", "Next prompt", "next-prompt"),
            key("K", "Previous prompt", "previous-prompt"),
            key("f", "Find in this session", ""),
            key("]", "Next session", ""),
            key("[", "Previous session", ""),
            key("o", "Open", "open"),
            key("Escape", "Back out", "out"),
        ],
    ),
    (
        "Do",
        &[
            key("c", "Create", ""),
            key("x", "Select", "select"),
            key("e", "Done, archive", ""),
            key("u", "Mark unread", ""),
            key("s", "Pin", ""),
            key("m", "Comment", ""),
            key("i", "Edit, rename", ""),
            key("#", "Delete", ""),
            key("w", "Why: where this row stands", ""),
            key("y", "Copy the address", "copy-address"),
            key("r", "Copy the command that resumes it", ""),
        ],
    ),
    (
        "Fold",
        &[
            key("t", "Tools", "fold tool"),
            key("T", "Thinking", "fold thinking"),
            key("E", "Everything", "fold all"),
        ],
    ),
];
