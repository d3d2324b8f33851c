//! Stamps, cells and their join: the whole merge. A purge mark is a cell that leaves no other
//! beside it, whatever their stamps.

use super::Mistake;

/// When and by whom a cell was written. The greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// 0 for what a machine wrote, 1 for a person.
    pub class: u8,
    /// The counter of the clock; of an import, how complete the record is.
    pub count: u8,
    /// Who wrote it. 0 is a machine.
    pub node: u8,
}

impl Stamp {
    /// That of a reading of a record.
    pub fn machine(completeness: u8) -> Self {
        Self { class: 0, count: completeness, node: 0 }
    }

    /// The next one after `last`.
    pub fn after(last: Option<Self>, node: u8) -> Self {
        Self { class: 1, count: last.map_or(0, |it| it.count + 1), node }
    }
}

/// A value and when it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// When it was written.
    pub stamp: Stamp,
    /// What was written.
    pub value: u8,
}

/// The fields of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The natural key.
    Path,
    /// What people call the row.
    Name,
    /// Whether it is deleted: 1, or 0 once it is restored.
    Deleted,
    /// The purge mark.
    Mark,
    /// What an alias says. It is the only field of one.
    Fact,
}

impl Field {
    /// All of them, in the order of their cells.
    pub const ALL: [Self; 5] = [Self::Path, Self::Name, Self::Deleted, Self::Mark, Self::Fact];
}

/// Some of the fields of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fields(u8);

impl Fields {
    /// This field alone.
    pub fn only(field: Field) -> Self {
        Self(1 << field as u8)
    }

    /// Whether it is one of them.
    pub fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that `keep` accepts.
    #[must_use]
    pub fn filter(self, keep: impl Fn(Field) -> bool) -> Self {
        let kept = Field::ALL.into_iter().filter(|it| self.contains(*it) && keep(*it));
        kept.fold(Self::default(), |all, it| all.and(Self::only(it)))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a hash is made of: names and stamps, no values.
pub type Shape = [Option<Stamp>; 5];

/// The cells of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cells([Option<Cell>; 5]);

impl Cells {
    /// A row with one cell.
    pub fn only(field: Field, stamp: Stamp, value: u8) -> Self {
        let mut cells = Self::default();
        cells.set(field, stamp, value);
        cells
    }

    /// A row that is nothing but this mark.
    pub fn marked(mark: Cell) -> Self {
        Self::only(Field::Mark, mark.stamp, mark.value)
    }

    /// What every alias holds.
    pub fn fact() -> Self {
        Self::only(Field::Fact, Stamp::machine(0), 0)
    }

    /// The cell of a field.
    pub fn get(&self, field: Field) -> Option<Cell> {
        self.0[field as usize]
    }

    /// The value of a field.
    pub fn value(&self, field: Field) -> Option<u8> {
        self.get(field).map(|it| it.value)
    }

    /// Writes a cell without comparing.
    pub fn set(&mut self, field: Field, stamp: Stamp, value: u8) {
        self.0[field as usize] = Some(Cell { stamp, value });
    }

    /// The fields that were ever written.
    pub fn fields(&self) -> Fields {
        let written = Field::ALL.into_iter().filter(|it| self.get(*it).is_some());
        written.fold(Fields::default(), |all, it| all.and(Fields::only(it)))
    }

    /// The cells of some fields.
    #[must_use]
    pub fn part(&self, fields: Fields) -> Self {
        let mut part = *self;
        for field in Field::ALL {
            if !fields.contains(field) {
                part.0[field as usize] = None;
            }
        }
        part
    }

    /// Takes in the greater cells of another row. Returns whether anything changed.
    pub fn join(&mut self, other: Self, mistake: Option<Mistake>) -> bool {
        let before = *self;
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            let is_taken = mistake == Some(Mistake::LastComerWins) && theirs.is_some();
            if is_taken || theirs > *mine {
                *mine = theirs;
            }
        }
        self.give_way(mistake);
        *self != before
    }

    /// Everything gives way to a mark.
    pub fn give_way(&mut self, mistake: Option<Mistake>) {
        let Some(mark) = self.get(Field::Mark) else { return };
        for field in [Field::Path, Field::Name, Field::Deleted] {
            let is_greater = self.get(field).is_some_and(|it| it.stamp > mark.stamp);
            if mistake != Some(Mistake::MarkDropsLesser) || !is_greater {
                self.0[field as usize] = None;
            }
        }
    }

    /// Whether somebody purged the row.
    pub fn is_purged(&self) -> bool {
        self.get(Field::Mark).is_some()
    }

    /// Whether people do not see the row.
    pub fn is_hidden(&self) -> bool {
        self.is_purged() || self.value(Field::Deleted) == Some(1)
    }

    /// The natural key.
    pub fn key(&self) -> Option<u8> {
        if self.is_purged() { None } else { self.value(Field::Path) }
    }

    /// Its names and stamps.
    pub fn shape(&self) -> Shape {
        self.0.map(|it| it.map(|it| it.stamp))
    }

    /// The greatest stamp that a person gave.
    pub fn latest(&self) -> Option<Stamp> {
        self.shape().into_iter().flatten().filter(|it| it.class == 1).max()
    }
}
