//! The order of messages: after the one that each follows, then by time, then
//! by the number that the agent gave it, then by id. Of
//! what devices, agents and clocks get wrong, nothing may lose or repeat a message:
//! links to nothing, to itself and in circles, several beginnings, no times at all.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use driftline_core::Id;

/// What the order of a message hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<'a> {
    pub(super) id: Id,
    pub(super) name: Option<&'a str>,
    pub(super) parent: Option<&'a str>,
    pub(super) at: Option<i64>,
    pub(super) ordinal: Option<i64>,
}

/// The order of `links`, as indices into it.
pub(super) fn order(links: &[Link<'_>]) -> Vec<usize> {
    let parents = cut_circles(links, parents(links));
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); links.len()];
    let mut free = BinaryHeap::new();
    // Who has no time of its own follows at once.
    let key = |place: usize, before: i64| {
        let link = &links[place];
        Reverse((link.at.unwrap_or(before), link.ordinal, link.id, place))
    };
    for (place, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(place),
            None => free.push(key(place, i64::MIN)),
        }
    }
    let mut order = Vec::with_capacity(links.len());
    while let Some(Reverse((at, .., place))) = free.pop() {
        order.push(place);
        free.extend(children[place].iter().map(|it| key(*it, at)));
    }
    order
}

/// The message that each one follows, as far as it is among them.
fn parents(links: &[Link<'_>]) -> Vec<Option<usize>> {
    let mut named: HashMap<&str, usize> = HashMap::with_capacity(links.len());
    for (place, link) in links.iter().enumerate() {
        let Some(name) = link.name else { continue };
        let first = named.entry(name).or_insert(place);
        if link.id < links[*first].id {
            *first = place;
        }
    }
    links.iter().map(|it| it.parent.and_then(|parent| named.get(parent).copied())).collect()
}

/// Takes one link out of every circle, the one by which its earliest message follows.
fn cut_circles(links: &[Link<'_>], mut parents: Vec<Option<usize>>) -> Vec<Option<usize>> {
    // 0: not looked at. Otherwise the walk on which it was.
    let mut walks = vec![0_usize; links.len()];
    for start in 0..links.len() {
        let walk = start + 1;
        let mut at = start;
        while walks[at] == 0 {
            walks[at] = walk;
            match parents[at] {
                Some(parent) => at = parent,
                None => break,
            }
        }
        if walks[at] != walk || parents[at].is_none() {
            continue;
        }
        let (first, mut earliest) = (at, at);
        while let Some(parent) = parents[at].filter(|it| *it != first) {
            at = parent;
            let key = |it: usize| (links[it].at, links[it].id, it);
            if key(at) < key(earliest) {
                earliest = at;
            }
        }
        parents[earliest] = None;
    }
    parents
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Made = (Option<usize>, Option<usize>, Option<i64>);

    /// Messages as (name, parent, time), with ids by their place.
    fn ids(made: &[Made], places: impl Iterator<Item = usize>) -> Vec<usize> {
        const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let places: Vec<usize> = places.collect();
        let link = |it: &usize| {
            let (name, parent, at) = made[*it];
            let named = |it: usize| NAMES[it % NAMES.len()];
            let id = Id::new(1, [*it as u64, 0]);
            Link { id, name: name.map(named), parent: parent.map(named), at, ordinal: None }
        };
        let links: Vec<_> = places.iter().map(link).collect();
        order(&links).into_iter().map(|it| places[it]).collect()
    }

    fn ordered(made: &[Made]) -> Vec<usize> {
        ids(made, 0..made.len())
    }

    #[test]
    fn a_message_follows_its_parent_then_time_then_id() {
        // A clock that runs backwards.
        assert_eq!(ordered(&[(Some(0), Some(1), Some(5)), (Some(1), None, Some(9))]), [1, 0]);
        // Answers to parallel calls come before what follows later.
        let parallel = [
            (Some(0), None, Some(1)),
            (Some(1), Some(0), Some(2)),
            (Some(2), Some(0), Some(3)),
            (Some(3), Some(1), Some(4)),
            (Some(4), Some(3), Some(9)),
        ];
        assert_eq!(ordered(&parallel), [0, 1, 2, 3, 4]);
        // Without a time: right after the parent.
        let timeless = [(Some(0), None, Some(5)), (None, None, Some(6)), (None, Some(0), None)];
        assert_eq!(ordered(&timeless), [0, 2, 1]);
        // Alike in everything: by id.
        assert_eq!(ordered(&[(None, None, None), (None, None, None)]), [0, 1]);
    }

    #[test]
    fn circles_and_links_to_nothing_lose_nothing() {
        assert_eq!(ordered(&[(Some(0), Some(0), Some(1))]), [0]);
        let circle = [
            (Some(0), Some(2), Some(3)),
            (Some(1), Some(0), Some(2)),
            (Some(2), Some(1), Some(1)),
            (Some(3), Some(2), Some(0)),
        ];
        assert_eq!(ordered(&circle), [2, 3, 0, 1], "the earliest of the circle begins");
        assert_eq!(ordered(&[(Some(0), Some(7), Some(2)), (Some(1), None, Some(1))]), [1, 0]);
    }

    proptest! {
        #[test]
        fn every_message_comes_once_after_its_parent_whatever_the_links(
            made in prop::collection::vec(
                (prop::option::of(0..12_usize), prop::option::of(0..12_usize), prop::option::of(0..5_i64)),
                0..24,
            ),
            seed in any::<u64>(),
        ) {
            let order = ordered(&made);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..made.len()).collect::<Vec<_>>());

            // Read in another order, it is the same.
            let mut places: Vec<usize> = (0..made.len()).collect();
            places.sort_by_key(|it| (*it as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
            prop_assert_eq!(&ids(&made, places.into_iter()), &order);

            // Only the first of a circle may come before its parent.
            let at = |wanted: usize| order.iter().position(|it| *it == wanted);
            let parent = |it: usize| {
                let name = made[it].1?;
                (0..made.len()).find(|other| made[*other].0 == Some(name))
            };
            for child in 0..made.len() {
                let Some(mut above) = parent(child) else { continue };
                if at(above) < at(child) {
                    continue;
                }
                let mut steps = 0;
                while above != child && steps <= made.len() {
                    let Some(next) = parent(above) else { break };
                    (above, steps) = (next, steps + 1);
                }
                prop_assert_eq!(above, child, "{} comes before its parent", child);
            }
        }
    }
}
