//! What is done while somebody kills.

use crate::{
    dice::Dice,
    kills::ledger::{Ledger, State},
};

/// A run of the program on one profile.
pub(crate) struct Work {
    pub(crate) profile: String,
    /// What it is, for the times that it takes and the counts.
    pub(crate) kind: &'static str,
    pub(crate) words: Vec<String>,
    /// The item that it writes, and the state that it gives it.
    pub(crate) writes: Option<(String, State)>,
}

impl Work {
    /// One that changes no item.
    pub(crate) fn new(profile: &str, kind: &'static str, words: &[&str]) -> Self {
        let words = words.iter().map(|it| (*it).to_owned()).collect();
        Self { profile: profile.to_owned(), kind, words, writes: None }
    }

    /// A new item.
    pub(crate) fn add(profile: &str, title: &str) -> Self {
        let body = "as it began";
        let words = ["add", "inbox", &format!("title={title}"), &format!("body={body}")];
        let writes = Some((title.to_owned(), Some(body.to_owned())));
        Self { writes, ..Self::new(profile, "add", &words) }
    }

    /// Another state of an item.
    pub(crate) fn change(profile: &str, title: &str, id: &str, state: State) -> Self {
        let body = state.as_ref().map(|it| format!("body={it}"));
        let work = match &body {
            Some(body) => Self::new(profile, "set", &["set", "inbox", id, body]),
            None => Self::new(profile, "rm", &["rm", "inbox", id]),
        };
        Self { writes: Some((title.to_owned(), state)), ..work }
    }

    /// Anything. `number` is one that no other work has; `taken` are the items that somebody
    /// else writes meanwhile.
    pub(crate) fn any(
        dice: &Dice,
        profile: &str,
        ledger: &Ledger,
        number: usize,
        taken: &[String],
    ) -> Self {
        let title = format!("item {number}");
        let mut there = ledger.present(profile);
        there.retain(|(title, _)| !taken.contains(title));
        match (dice.below(16), dice.one(&there)) {
            (0..3, Some((title, id))) => {
                Self::change(profile, title, id, Some(format!("changed by {number}")))
            }
            (3, Some((title, id))) => Self::change(profile, title, id, None),
            (4..7, _) => Self::new(profile, "import", crate::place::IMPORT),
            (7..11, _) => Self::new(profile, "sync", &["sync"]),
            (11, _) => Self::new(profile, "backup", &["backup"]),
            (12, _) => Self::new(profile, "search", &["search", "Message"]),
            _ => Self::add(profile, &title),
        }
    }
}
