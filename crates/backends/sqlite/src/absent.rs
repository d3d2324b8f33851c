//! Ids that no row of a table has. An import, a push and a page bring rows in the order of
//! their ids, so that behind one that is not here there are mostly many: where the next row is
//! that is here is looked up once, instead of each of those.

use driftline_core::Id;

/// Misses that are waited for at first: one alone may be the only one.
const SHORTEST: u32 = 2;

/// Misses that are waited for, at most, before the next row is looked up again.
const LONGEST: u32 = 64;

/// A stretch of ids that a transaction knows to be absent.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    stretch: Option<Stretch>,
    /// How many misses are waited for: more, while what was looked up served nothing.
    pause: u32,
    /// How many of them are left.
    left: u32,
}

#[derive(Debug)]
struct Stretch {
    /// [`Table::base`](crate::table::Table::base).
    table: i64,
    from: u128,
    /// The next id that is here, if there is one.
    before: Option<u128>,
}

impl Stretch {
    fn has(&self, table: i64, id: u128) -> bool {
        self.table == table && self.from <= id && self.before.is_none_or(|it| id < it)
    }
}

impl Absent {
    /// Whether no row of the table has this id, as far as is known.
    pub(crate) fn has(&mut self, table: i64, id: Id) -> bool {
        let known = self.stretch.as_ref().is_some_and(|it| it.has(table, number(id)));
        if known {
            self.pause = 0;
        }
        known
    }

    /// Notes that one more id was looked up in vain. Returns whether to look up the next row.
    pub(crate) fn missed(&mut self) -> bool {
        if self.left == 0 {
            self.pause = (2 * self.pause).clamp(SHORTEST, LONGEST);
            self.left = self.pause;
        }
        self.left -= 1;
        self.left == 0
    }

    /// Notes that the table has no row from `id` on up to `next`, which is here, or to its end.
    pub(crate) fn learn(&mut self, table: i64, id: Id, next: Option<Id>) {
        self.stretch = Some(Stretch { table, from: number(id), before: next.map(number) });
    }

    /// Notes that a row with this id is written.
    pub(crate) fn fill(&mut self, table: i64, id: Id) {
        if let Some(stretch) = self.stretch.as_mut().filter(|it| it.has(table, number(id))) {
            match number(id).checked_add(1) {
                Some(next) => stretch.from = next,
                None => self.stretch = None,
            }
        }
    }
}

fn number(id: Id) -> u128 {
    u128::from_be_bytes(id.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Id {
        Id::from_bytes(number.to_be_bytes())
    }

    #[test]
    fn what_is_written_is_absent_no_more() {
        let mut absent = Absent::default();
        absent.learn(1, id(10), Some(id(20)));
        let has = |absent: &mut Absent, it| absent.has(1, id(it));
        assert!([10, 15, 19].iter().all(|it| has(&mut absent, *it)));
        assert!([9, 20, 21].iter().all(|it| !has(&mut absent, *it)));
        assert!(!absent.has(2, id(15)), "of another table");
        absent.fill(2, id(12));
        absent.fill(1, id(12));
        assert!(!has(&mut absent, 12) && !has(&mut absent, 10) && has(&mut absent, 13));
        absent.learn(1, id(u128::MAX), None);
        assert!(has(&mut absent, u128::MAX));
        absent.fill(1, id(u128::MAX));
        assert!(!has(&mut absent, u128::MAX));
    }

    #[test]
    fn the_next_row_is_looked_up_more_seldom_where_that_serves_nothing() {
        let mut absent = Absent::default();
        let asked = |absent: &mut Absent| (0..200).filter(|_| absent.missed()).count();
        assert!(asked(&mut absent) < 10);
        absent.learn(1, id(1), None);
        assert!(absent.has(1, id(2)));
        absent.left = 0;
        assert!(!absent.missed() && absent.missed(), "it served something");
    }
}
