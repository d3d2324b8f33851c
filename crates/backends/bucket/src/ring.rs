//! The keys of a space. One at a time seals what is written; those before it still open what
//! they sealed, and prove that something was written with a key that is due no more.

use driftline_sealing::Key;

use crate::seal::Kind;

/// The keys of a space, each with the number of the entry that brought it in.
#[derive(Clone)]
pub(crate) struct Ring {
    first: Key,
    later: Vec<(u64, Key)>,
}

impl Ring {
    /// That of a space whose key was never changed.
    pub(crate) fn first(first: Key) -> Self {
        Self { first, later: Vec::new() }
    }

    /// The key with which an object has to be sealed. An entry that changes the key is itself
    /// sealed with the one before.
    pub(crate) fn due(&self, kind: Kind, number: u64) -> &Key {
        let is_entry = matches!(kind, Kind::Entry | Kind::Rotation);
        let number = number.saturating_sub(u64::from(is_entry));
        let mut later = self.later.iter().rev();
        later.find(|(from, _)| *from <= number).map_or(&self.first, |(_, key)| key)
    }

    /// The one that objects call so.
    pub(crate) fn named(&self, id: &str) -> Option<&Key> {
        let later = self.later.iter().map(|(_, key)| key);
        later.chain([&self.first]).find(|it| it.id() == id)
    }

    /// The key that entry `number` brings in.
    pub(crate) fn turns(&self, number: u64) -> Option<&Key> {
        self.later.iter().find(|(from, _)| *from == number).map(|(_, key)| key)
    }

    /// The newest key, and the number of the entry that brought it in; 0 if it is the first.
    pub(crate) fn newest(&self) -> (u64, &Key) {
        self.later.last().map_or((0, &self.first), |(from, key)| (*from, key))
    }

    /// The number of the entry that brought the newest key in; 0 if it is the first.
    pub(crate) fn newest_from(&self) -> u64 {
        self.newest().0
    }

    /// The keys and their numbers, the first one from 0.
    pub(crate) fn all(&self) -> Vec<(u64, Key)> {
        [(0, self.first.clone())].into_iter().chain(self.later.clone()).collect()
    }

    /// The ring of these; none if they are none or not in their order.
    pub(crate) fn of(all: Vec<(u64, Key)>) -> Option<Self> {
        let mut all = all.into_iter();
        let (0, first) = all.next()? else { return None };
        let later: Vec<(u64, Key)> = all.collect();
        let is_sorted = later.is_sorted_by(|one, two| one.0 < two.0);
        is_sorted.then_some(Self { first, later })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

    use driftline_core::Simulated;

    use super::*;
    use crate::{
        seal::{Codec, Which},
        space::Space,
    };

    #[test]
    fn what_is_written_with_a_former_key_opens_and_is_not_current() {
        let env = Simulated::new(1, 0);
        let (first, next) = (Key::draw(&env), Key::draw(&env));
        let space = Space::draw(Some(&first), None, &env);
        let former = Codec::new("test", &space, Some(Ring::first(first.clone())));
        let ring = Ring::of(vec![(0, first), (3, next)]).unwrap();
        let now = Codec::new("test", &space, Some(ring));
        for (kind, number, is_current) in [
            (Kind::Entry, 2, true),
            (Kind::Rotation, 3, true),
            (Kind::Entry, 4, false),
            (Kind::Rotation, 4, false),
            (Kind::Snapshot, 2, true),
            (Kind::Snapshot, 3, false),
        ] {
            let which = Which { kind, number, part: 0, before: "" };
            let bytes = former.seal(which, &"holds", &env).unwrap();
            let open = now.open::<String>(kind, number, 0, &bytes).unwrap();
            assert_eq!((open.holds.as_str(), open.is_current), ("holds", is_current), "{kind:?}");
            let bytes = now.seal(which, &"holds", &env).unwrap();
            assert!(now.open::<String>(kind, number, 0, &bytes).unwrap().is_current);
            assert_eq!(former.open::<String>(kind, number, 0, &bytes).is_ok(), is_current);
        }
    }
}
