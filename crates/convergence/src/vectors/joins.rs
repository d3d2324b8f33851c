//! Cases of joining rows.

use super::{
    cells::{Cells, PURGED, hash, hex, join, row, written},
    format::{Cell, JoinCase},
    texts::{NAMES, VALUES, id, machine, person, stamp, value},
};
use crate::dice::Dice;

/// How many cases are drawn; the others are made on purpose.
const DRAWN: usize = 600;
/// How many of them with purge marks.
const DRAWN_MARKS: usize = 120;
/// What a purge mark says.
const MARKS: [&str; 2] = ["\"person\"", "\"expired\""];

pub(super) fn cases(seed: u64) -> Vec<JoinCase> {
    let mut cases = Cases { dice: Dice::new(seed), all: Vec::new() };
    cases.ties();
    cases.classes();
    cases.parts_of_stamps();
    cases.nothing();
    cases.names();
    for _ in 0..DRAWN {
        cases.drawn();
    }
    // Last, so that the others stay as they are.
    cases.marks();
    for _ in 0..DRAWN_MARKS {
        cases.drawn_marks();
    }
    cases.all
}

struct Cases {
    dice: Dice,
    all: Vec<JoinCase>,
}

impl Cases {
    fn add(&mut self, about: &str, rows: &[Vec<Cell>]) {
        let entity = ["sessions", "messages", "gadgets"][self.dice.below(3)];
        let id = id(&mut self.dice);
        let rows: Vec<Cells> = rows.iter().map(|it| row(it)).collect();
        let joined = join(&rows);
        let hashes: Vec<u64> = rows.iter().map(|it| hash(entity, &id, it)).collect();
        let sum = hashes.iter().fold(0_u64, |sum, it| sum.wrapping_add(*it));
        self.all.push(JoinCase {
            name: format!("{about} {}", self.all.len() + 1),
            entity: entity.to_owned(),
            hash: hex(hash(entity, &id, &joined)),
            id,
            rows: rows.iter().map(written).collect(),
            joined: written(&joined),
            hashes: hashes.into_iter().map(hex).collect(),
            digest: hex(sum),
        });
    }

    /// Equal stamps: the greater value by the bytes of its text, for every pair.
    fn ties(&mut self) {
        for (place, one) in VALUES.iter().enumerate() {
            for other in &VALUES[place + 1..] {
                let stamp = stamp(&mut self.dice);
                let cell = |text: &str| vec![("name".to_owned(), stamp.clone(), text.to_owned())];
                self.add("equal stamps", &[cell(one), cell(other)]);
            }
        }
    }

    /// What a machine wrote loses to what a person wrote, whatever the times say.
    fn classes(&mut self) {
        for _ in 0..30 {
            let late = (1 << 48) - 1 - (self.dice.roll() >> 50);
            let reading = machine(late, u32::MAX, self.dice.roll());
            let edit = person(self.dice.roll() >> 44, 0, self.dice.roll());
            let (one, other) = (value(&mut self.dice), value(&mut self.dice));
            let cell = |stamp: String, text: String| vec![("name".to_owned(), stamp, text)];
            self.add("a person and a machine", &[cell(reading, one), cell(edit, other)]);
        }
    }

    /// Stamps that differ in one part.
    fn parts_of_stamps(&mut self) {
        let bits = [0, 1, 9, 10, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
        for one in bits {
            for other in bits {
                let parts = [
                    (person(u64::from(one), 7, 7), person(u64::from(other), 7, 7)),
                    (person(7, one, 7), person(7, other, 7)),
                    (machine(7, 7, u64::from(one) << 32), machine(7, 7, u64::from(other) << 32)),
                ];
                for (one, other) in parts {
                    let cell = |stamp: String, text: String| ("name".to_owned(), stamp, text);
                    let (first, second) = (value(&mut self.dice), value(&mut self.dice));
                    self.add(
                        "one part of a stamp",
                        &[vec![cell(one, first)], vec![cell(other, second)]],
                    );
                }
            }
        }
    }

    /// A null is a value; an absent cell is none.
    fn nothing(&mut self) {
        for text in VALUES {
            let (early, late) = (person(5, 0, 1), person(6, 0, 1));
            let cell = |stamp: &String, text: &str| {
                ("deleted_at".to_owned(), stamp.clone(), text.to_owned())
            };
            let other = ("name".to_owned(), early.clone(), text.to_owned());
            self.add("null", &[vec![cell(&early, text)], vec![cell(&late, "null")]]);
            self.add("null", &[vec![cell(&late, text)], vec![cell(&early, "null")]]);
            self.add("absent", &[vec![cell(&early, text)], vec![other], vec![]]);
        }
        self.add("empty", &[vec![], vec![]]);
    }

    /// Names of any form, in an order that UTF-16 does not share.
    fn names(&mut self) {
        for (place, one) in NAMES.iter().enumerate() {
            for other in &NAMES[place + 1..] {
                let cell =
                    |name: &str, dice: &mut Dice| (name.to_owned(), stamp(dice), value(dice));
                let first = vec![cell(one, &mut self.dice), cell(other, &mut self.dice)];
                let second = vec![cell(one, &mut self.dice)];
                self.add("names", &[first, second]);
            }
        }
    }

    fn drawn(&mut self) {
        let dice = &mut self.dice;
        let names: Vec<_> = (0..4).filter_map(|_| dice.pick(&NAMES).copied()).collect();
        let rows: Vec<_> = (0..2 + dice.below(2))
            .map(|_| {
                let mut cells = Vec::new();
                for name in &names {
                    if !dice.once_in(4) {
                        cells.push(((*name).to_owned(), stamp(dice), value(dice)));
                    }
                }
                cells
            })
            .collect();
        self.add("drawn", &rows);
    }

    /// Nothing survives a mark, whatever the stamps say.
    fn marks(&mut self) {
        let cell = |field: &str, stamp: &str, text: &str| {
            (field.to_owned(), stamp.to_owned(), text.to_owned())
        };
        let (early, late) = (person(5, 0, 1), person(6, 0, 1));
        for text in MARKS {
            let mark = cell(PURGED, &early, text);
            let (name, deleted) = (cell("name", &late, "\"a\""), cell("deleted_at", &late, "5"));
            let unknown = cell("colour", &late, "[1]");
            self.add("a mark and later cells", &[vec![mark.clone()], vec![name.clone(), deleted]]);
            self.add("a mark and an unknown cell", &[vec![unknown.clone()], vec![mark.clone()]]);
            self.add("a mark among cells", &[vec![name, mark.clone(), unknown], vec![]]);
            self.add("a mark and nothing", &[vec![], vec![mark.clone()]]);
            for other in MARKS {
                let later = vec![cell(PURGED, &late, other)];
                let equal = vec![cell(PURGED, &early, other)];
                let reading = vec![cell(PURGED, &machine(9, 9, 9), other)];
                self.add("two marks", &[vec![mark.clone()], later]);
                self.add("two marks of one stamp", &[vec![mark.clone()], equal]);
                self.add("marks of a person and a machine", &[vec![mark.clone()], reading]);
            }
        }
    }

    fn drawn_marks(&mut self) {
        let dice = &mut self.dice;
        let rows: Vec<_> = (0..2 + dice.below(2))
            .map(|_| {
                let mut cells = Vec::new();
                for name in ["colour", "deleted_at", "name", "text"] {
                    if !dice.once_in(3) {
                        cells.push((name.to_owned(), stamp(dice), value(dice)));
                    }
                }
                if dice.once_in(2) {
                    let text = dice.pick(&MARKS).copied().unwrap_or_default();
                    cells.push((PURGED.to_owned(), stamp(dice), text.to_owned()));
                }
                cells
            })
            .collect();
        self.add("drawn marks", &rows);
    }
}
