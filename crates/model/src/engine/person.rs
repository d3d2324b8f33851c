//! What people and imports write.

use super::{
    Mistake,
    cells::{Cell, Cells, Field, Stamp},
    device::{Device, Stored},
    rows::{Id, Name, Rows},
};

/// The row of the record that every device can import.
pub const RECORD: Id = 7;

/// What somebody writes on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Write {
    /// A person creates this row with this key.
    Create(Id, u8),
    /// A person gives a row a name.
    Edit(Id),
    /// A person gives a row another key.
    Rename(Id, u8),
    /// A person deletes a row.
    Delete(Id),
    /// A person restores a row.
    Restore(Id),
    /// A person purges a row.
    Purge(Id),
    /// A record is imported, as complete as this.
    Import(u8),
}

impl Write {
    /// The cells that an import of the record finds.
    pub fn record(completeness: u8) -> Cells {
        let stamp = Stamp::machine(completeness);
        let mut cells = Cells::only(Field::Path, stamp, 0);
        cells.set(Field::Name, stamp, completeness);
        cells
    }
}

impl Device {
    /// Whether a person or a program can write this here.
    pub fn can(&self, write: Write) -> bool {
        match write {
            Write::Create(id, key) => {
                self.cells(Name::Row(id)).is_none() && self.holder(Some(key), id).is_none()
            }
            Write::Edit(id) | Write::Delete(id) => self.shown(id).is_some(),
            Write::Rename(id, key) => {
                self.shown(id).is_some_and(|(_, shown)| shown.key() != Some(key))
            }
            Write::Restore(id) => {
                self.view(id).is_some_and(|(_, shown)| shown.is_hidden() && !shown.is_purged())
            }
            Write::Purge(id) => self.view(id).is_some_and(|(_, shown)| !shown.is_purged()),
            Write::Import(_) => true,
        }
    }

    /// Writes it. Returns the rows as they were written.
    pub fn perform(&mut self, write: Write, mistake: Option<Mistake>) -> Vec<(Id, Cells)> {
        let node = self.node();
        let written: Vec<Id> = match write {
            Write::Create(id, key) => {
                let cells = Cells::only(Field::Path, self.tick(), key);
                self.put(Name::Row(id), Stored { cells, ..Stored::default() });
                self.owe(Name::Row(id), cells.fields(), mistake);
                vec![id]
            }
            Write::Edit(id) => self.written(id, Field::Name, node, mistake),
            Write::Rename(id, key) => self.written(id, Field::Path, key, mistake),
            Write::Delete(id) => self.written(id, Field::Deleted, 1, mistake),
            Write::Restore(id) => self.written(id, Field::Deleted, 0, mistake),
            Write::Purge(id) => self.purge(id, mistake),
            Write::Import(completeness) => self.import(completeness, mistake),
        };
        let cells = |id| self.cells(Name::Row(id)).map(|it| (id, it));
        written.into_iter().filter_map(cells).collect()
    }

    fn written(&mut self, id: Id, field: Field, value: u8, mistake: Option<Mistake>) -> Vec<Id> {
        let target =
            self.view(id).map(|(members, _)| if members.contains(&id) { id } else { members[0] });
        self.write(id, field, value, mistake);
        target.into_iter().collect()
    }

    /// Marks a row and all that it stands for, with a stamp above all that is there.
    fn purge(&mut self, id: Id, mistake: Option<Mistake>) -> Vec<Id> {
        let members = self.view(id).map_or_else(Vec::new, |(members, _)| members);
        let members = match mistake {
            Some(Mistake::MarksOneOfClass) => vec![id],
            _ => members,
        };
        let mark = Cell { stamp: self.tick(), value: 1 };
        members.iter().for_each(|it| self.mark(*it, mark, mistake));
        members
    }

    /// Joins what the record says. Where people see another row under its key, the two count as
    /// one from then on.
    fn import(&mut self, completeness: u8, mistake: Option<Mistake>) -> Vec<Id> {
        let name = Name::Row(RECORD);
        let known = self.rows.get(&name).copied();
        let mut stored = known.unwrap_or_default();
        let is_looking = mistake != Some(Mistake::ImportsPurged);
        if stored.cells.is_purged() && is_looking {
            return Vec::new();
        }
        let read = Write::record(completeness);
        let incoming = read.part(read.fields().filter(|field| {
            let stamp = stored.cells.get(field).map(|it| it.stamp);
            stamp <= read.get(field).map(|it| it.stamp)
                || mistake == Some(Mistake::ImportOverwrites)
        }));
        let fields = incoming.fields().filter(|it| stored.cells.get(it) != incoming.get(it));
        let changed = match mistake {
            Some(Mistake::ImportOverwrites) => {
                stored.cells.join(incoming, Some(Mistake::LastComerWins))
            }
            _ => stored.cells.join(incoming, None),
        };
        if self.mark_of(RECORD, stored.cells).is_some() && is_looking {
            return Vec::new();
        }
        if !changed && known.is_some() && (is_looking || fields.is_empty()) {
            return Vec::new();
        }
        if known.is_none()
            && let Some(twin) = self.holder(stored.cells.key(), RECORD)
        {
            self.assume(RECORD, twin);
        }
        self.put(name, stored);
        self.owe(name, fields, mistake);
        vec![RECORD]
    }
}
