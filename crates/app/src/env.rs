//! What only this machine knows of whoever sits at it: their zone, name and shell.
#![expect(clippy::disallowed_methods, reason = "this is where the zone enters")]

use driftline_text::Shell;
use jiff::tz::TimeZone;

/// Where this machine is.
pub(crate) fn zone() -> TimeZone {
    TimeZone::system()
}

/// Who is logged in to this machine.
pub(crate) fn person() -> Option<String> {
    let named = |it: &str| std::env::var(it).ok().filter(|it| !it.trim().is_empty());
    named("USER").or_else(|| named("USERNAME"))
}

/// The shell that commands are pasted into: the one that this user has chosen.
pub(crate) fn shell() -> Shell {
    std::env::var("SHELL").map_or(Shell::Unknown, |it| Shell::named(&it))
}
