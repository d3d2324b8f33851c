//! Stories of a hub: what devices push, with every kind of thing that a hub must decide.

use driftline_core::EntityDescriptor;

use super::{
    cells::PURGED,
    format::{Cell, HubCase, SentChange, VectorPush},
    hub::{ModelHub, PROTOCOL, fact},
    plots::{Do, PLOTS, PURGES, Plot},
    texts,
};
use crate::dice::Dice;

/// How many stories are drawn.
const DRAWN: usize = 320;
/// How many of them with purges.
const DRAWN_PURGES: usize = 60;
/// When every story begins, in milliseconds since 1970.
const START: u64 = 1_790_000_000_000;
/// From one call to the next, in milliseconds.
const TURN: u64 = 1_000;
/// Names that a hub must refuse.
const BAD_NAMES: [&str; 9] =
    ["", "Name", "a b", "1st", "_id", "__proto__", "toString", "caf\u{e9}", "line\n"];
/// Names of things that this hub has never heard of.
const STRANGE: [&str; 6] = ["gadgets", "constructor", "users", "heads", "valueof", "colour"];

pub(super) fn cases(seed: u64, entities: &[&'static EntityDescriptor]) -> Vec<HubCase> {
    let mut cases = Vec::new();
    for (place, _) in PLOTS.iter().enumerate() {
        for entity in entities.iter().filter(|it| !it.natural_key.is_empty()) {
            for turn in 0..4 {
                let dice = Dice::new(seed ^ ((place as u64) << 32) ^ turn);
                cases.push(planned(entities, entity, &PLOTS[place], dice, cases.len()));
            }
        }
    }
    drawn(seed, entities, DRAWN, 0, &mut cases);
    // Last, so that the others stay as they are.
    for (place, plot) in PURGES.iter().enumerate() {
        for entity in entities.iter().filter(|it| !it.natural_key.is_empty()) {
            let dice = Dice::new(!seed ^ ((place as u64) << 32));
            cases.push(planned(entities, entity, plot, dice, cases.len()));
        }
    }
    for entity in entities.iter().filter(|it| it.owner().is_some()) {
        cases.extend(owned(seed, entities, entity, cases.len()));
    }
    drawn(!seed, entities, DRAWN_PURGES, 4, &mut cases);
    cases
}

/// Stories in which anything happens; a purge once in `purges` changes, or never.
fn drawn(
    seed: u64,
    entities: &[&'static EntityDescriptor],
    count: usize,
    purges: usize,
    cases: &mut Vec<HubCase>,
) {
    for number in 0..count {
        let dice = Dice::new(seed.wrapping_add(1 + number as u64));
        let mut story = Story { purges, ..Story::new(entities, dice) };
        let keyed = story.entity(|it| !it.natural_key.is_empty());
        let any = story.entity(|_| true);
        story.cast(keyed, 4);
        story.cast(any, 2);
        for _ in 0..3 + story.dice.below(4) {
            story.drawn_push();
        }
        cases.push(story.hub.end(format!("drawn {}", cases.len() + 1), story.pushes));
    }
}

/// What belongs to a purged row is purged with it, and what comes later, too; a row of
/// another owner is not.
fn owned(
    seed: u64,
    entities: &[&'static EntityDescriptor],
    entity: &'static EntityDescriptor,
    number: usize,
) -> Option<HubCase> {
    let (field, owner) = entity.owner()?;
    let owner = entities.iter().copied().find(|it| it.name == owner)?;
    let mut story = Story::new(entities, Dice::new(seed));
    story.cast(owner, 3);
    story.cast(entity, 6);
    let child = |story: &mut Story<'_>, child: usize, owner: usize| {
        let (owner, stamp) = (format!("\"{}\"", story.rows[owner].1), story.stamp());
        let cells = vec![(field.to_owned(), stamp, owner)];
        sent(entity.name, &story.rows[child].1, true, true, cells)
    };
    // Two that are one row and one that is another, each with a child.
    let mut changes =
        vec![story.act(Do::Birth, 0), story.act(Do::Birth, 1), story.act(Do::Elsewhere, 2)];
    changes.extend((0..3).map(|it| child(&mut story, 3 + it, it)));
    let mut pushes = vec![changes, vec![story.act(Do::Purge, 0)]];
    for row in 6..9 {
        pushes.push(vec![child(&mut story, row, row - 6)]);
        pushes.push(vec![story.act(Do::Delete, row)]);
    }
    for changes in pushes {
        let push = story.call(changes);
        story.send(push);
    }
    let name = format!("{} of purged {} {}", entity.name, owner.name, number + 1);
    Some(story.hub.end(name, story.pushes))
}

fn planned(
    entities: &[&'static EntityDescriptor],
    entity: &'static EntityDescriptor,
    plot: &Plot,
    dice: Dice,
    number: usize,
) -> HubCase {
    let (name, acts) = *plot;
    let mut story = Story::new(entities, dice);
    story.cast(entity, 4);
    let mut changes = Vec::new();
    for (what, row) in acts {
        match what {
            Do::Next => {
                let push = story.call(std::mem::take(&mut changes));
                story.send(push);
            }
            what => changes.push(story.act(*what, *row)),
        }
    }
    let push = story.call(changes);
    story.send(push);
    story.hub.end(format!("{name} {}", number + 1), story.pushes)
}

/// A story while it is made.
struct Story<'a> {
    dice: Dice,
    entities: &'a [&'static EntityDescriptor],
    hub: ModelHub<'a>,
    pushes: Vec<VectorPush>,
    /// The rows it is about.
    rows: Vec<(&'static EntityDescriptor, String)>,
    time: u64,
    serials: [u64; 3],
    writes: u32,
    /// One change in so many is a purge; none if 0.
    purges: usize,
}

impl<'a> Story<'a> {
    fn new(entities: &'a [&'static EntityDescriptor], dice: Dice) -> Self {
        let hub = ModelHub::new(entities);
        let (pushes, rows) = (Vec::new(), Vec::new());
        let (time, serials, writes, purges) = (START, [0; 3], 0, 0);
        Self { dice, entities, hub, pushes, rows, time, serials, writes, purges }
    }

    fn entity(&mut self, fits: fn(&EntityDescriptor) -> bool) -> &'static EntityDescriptor {
        let fitting: Vec<_> = self.entities.iter().copied().filter(|it| fits(it)).collect();
        self.dice.pick(&fitting).copied().unwrap_or(self.entities[0])
    }

    fn cast(&mut self, entity: &'static EntityDescriptor, rows: usize) {
        for _ in 0..rows {
            let id = texts::id(&mut self.dice);
            self.rows.push((entity, id));
        }
    }

    /// A person's stamp of about now.
    fn stamp(&mut self) -> String {
        self.writes += 1;
        texts::person(self.time - 5, self.writes, self.dice.roll())
    }

    /// The key that rows meet under, or another.
    fn key(&mut self, entity: &EntityDescriptor, meets: bool, stamp: &str) -> Vec<Cell> {
        let fields = entity.natural_key.iter().enumerate();
        let text = |place| format!("\"/cl\u{e9}/{place}{}\"", if meets { "" } else { "-away" });
        // The second field of a key is missing or null: both mean the same.
        let cells = fields.filter_map(|(place, field)| match (place, self.dice.below(2)) {
            (1, 0) => None,
            (1, _) => Some(((*field).to_owned(), stamp.to_owned(), "null".to_owned())),
            _ => Some(((*field).to_owned(), stamp.to_owned(), text(place))),
        });
        cells.collect()
    }

    /// A value for a field outside the key.
    fn other(&mut self, entity: &EntityDescriptor, stamp: &str) -> Vec<Cell> {
        let fields: Vec<_> =
            entity.fields.iter().filter(|it| !entity.natural_key.contains(&it.name)).collect();
        // The first few only, so that a field that is added later changes nothing.
        let near = fields.len().min(4);
        let chosen = fields.get(self.dice.below(near));
        let Some(field) = chosen else { return Vec::new() };
        vec![(field.name.to_owned(), stamp.to_owned(), texts::value(&mut self.dice))]
    }

    fn act(&mut self, what: Do, row: usize) -> SentChange {
        let (entity, id) = self.rows[row].clone();
        let stamp = self.stamp();
        let deleted = |text: &str| vec![("deleted_at".to_owned(), stamp.clone(), text.to_owned())];
        let (cells, whole) = match what {
            Do::Birth | Do::Old => {
                let mut cells = self.key(entity, true, &stamp);
                cells.extend(self.other(entity, &stamp));
                (cells, true)
            }
            Do::Elsewhere => (self.key(entity, false, &stamp), true),
            Do::Rename => (self.key(entity, true, &stamp), false),
            Do::RenameAway => (self.key(entity, false, &stamp), false),
            Do::Delete => (deleted(&self.time.to_string()), false),
            Do::Restore => (deleted("null"), false),
            Do::Edit => (self.other(entity, &stamp), false),
            Do::Purge | Do::PurgeWhole => {
                let mark = (PURGED.to_owned(), stamp.clone(), "\"person\"".to_owned());
                (vec![mark], what == Do::PurgeWhole)
            }
            Do::Fact | Do::Next => {
                let next = self.rows[(row + 1) % self.rows.len()].1.clone();
                return fact(entity.name, &id, &next);
            }
        };
        let birth = matches!(what, Do::Birth | Do::Elsewhere);
        sent(entity.name, &id, birth, whole, cells)
    }

    /// Some device calls with these.
    fn call(&mut self, changes: Vec<SentChange>) -> VectorPush {
        self.time += TURN;
        let device = self.dice.below(3);
        self.serials[device] += 1 + self.dice.roll() % 3;
        VectorPush {
            time: self.time,
            device: ["laptop", "desktop", "constructor"][device].to_owned(),
            serial: self.serials[device],
            protocol: None,
            wrong: None,
            changes,
            answer: None,
            error: None,
        }
    }

    fn send(&mut self, mut push: VectorPush) {
        self.hub.push(&mut push);
        self.pushes.push(push);
    }

    fn drawn_push(&mut self) {
        let mut changes: Vec<_> =
            (0..1 + self.dice.below(4)).map(|_| self.drawn_change()).collect();
        // The same row twice in one call.
        if self.dice.once_in(8) {
            changes.extend(changes.first().cloned());
        }
        let mut push = self.call(changes);
        match self.dice.below(16) {
            0 => push.serial = push.serial.saturating_sub(1 + self.dice.roll() % 4),
            1 => push.wrong = Some("account".into()),
            2 => push.wrong = Some("epoch".into()),
            3 => push.protocol = Some(PROTOCOL + 2),
            4 => push.protocol = Some(PROTOCOL + 1),
            5 => push.protocol = Some(PROTOCOL - 2),
            _ => (),
        }
        self.send(push);
    }

    fn drawn_change(&mut self) -> SentChange {
        let row = self.dice.below(self.rows.len());
        if self.purges > 0 && self.dice.once_in(self.purges) {
            let what = if self.dice.once_in(2) { Do::Purge } else { Do::PurgeWhole };
            return self.act(what, row);
        }
        let what = match self.dice.below(20) {
            0..6 => Do::Birth,
            6..8 => Do::Old,
            8 => Do::Elsewhere,
            9..11 => Do::Rename,
            11 => Do::RenameAway,
            12..14 => Do::Delete,
            14 => Do::Restore,
            15..18 => Do::Edit,
            18 => Do::Fact,
            _ => return self.reading(row),
        };
        let mut change = self.act(what, row);
        match self.dice.below(24) {
            0 => change.cells.push(self.odd_cell(&BAD_NAMES)),
            1..3 => change.cells.push(self.odd_cell(&STRANGE)),
            3 => change.entity = (*self.dice.pick(&BAD_NAMES).unwrap_or(&"")).to_owned(),
            4 => change.entity = (*self.dice.pick(&STRANGE).unwrap_or(&"gadgets")).to_owned(),
            5 => self.hurry(&mut change),
            6 => change.whole = !change.whole,
            7 => change.entity = "x".repeat(60 + self.dice.below(2)),
            8 => self.bent(&mut change),
            9 => change.cells.clear(),
            _ => (),
        }
        change.cells.sort_unstable();
        change.cells.dedup_by(|one, other| one.0 == other.0);
        change
    }

    /// What a machine read, of a record that others can read as well.
    fn reading(&mut self, row: usize) -> SentChange {
        let (entity, id) = self.rows[row].clone();
        let complete = u32::from(self.dice.once_in(2)) << 16;
        let stamp = texts::machine(1_000 * row as u64, complete + 1, row as u64);
        let mut cells = self.key(entity, true, &stamp);
        cells.extend(self.other(entity, &stamp));
        let birth = self.dice.once_in(2);
        sent(entity.name, &id, birth, true, cells)
    }

    fn odd_cell(&mut self, names: &[&str]) -> Cell {
        let name = (*self.dice.pick(names).unwrap_or(&"")).to_owned();
        let stamp = self.stamp();
        (name, stamp, texts::value(&mut self.dice))
    }

    /// Stamps at, just past and far past what a hub believes; a machine may say anything.
    fn hurry(&mut self, change: &mut SentChange) {
        let ahead = [300_000, 300_001, 31_000_000_000][self.dice.below(3)];
        let kind = self.dice.below(4);
        let time = self.time + TURN + ahead;
        for (_, stamp, _) in &mut change.cells {
            let one = self.dice.roll();
            let late =
                if kind == 0 { texts::machine(time, 1, one) } else { texts::person(time, 0, one) };
            if !self.dice.once_in(3) {
                *stamp = late;
            }
        }
    }

    /// A fact whose ends are not what they should be; of another row, a value.
    fn bent(&mut self, change: &mut SentChange) {
        const BENT: [&str; 6] = ["null", "true", "\"\"", "\"sessions\"", "7", "[]"];
        let place = self.dice.below(change.cells.len());
        let text = (*self.dice.pick(&BENT).unwrap_or(&"null")).to_owned();
        if let Some(cell) = change.cells.get_mut(place) {
            cell.2 = text;
        }
    }
}

fn sent(entity: &str, id: &str, birth: bool, whole: bool, mut cells: Vec<Cell>) -> SentChange {
    cells.sort_unstable();
    SentChange { entity: entity.to_owned(), id: id.to_owned(), birth, whole, cells }
}
