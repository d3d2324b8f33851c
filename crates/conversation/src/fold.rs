//! Folding: runs of work (tools, thoughts, notes of the program) become one item, each
//! call with what it was answered. Calls without results and results without calls are
//! ordinary: turns are aborted, and what was compacted is gone.

use std::collections::HashMap;

use super::gist::{Gist, Piece, Voice};

/// The most steps of one run: an agent that works for hours is shown in pieces.
const RUN: usize = 50;

/// What is shown as one thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    /// The messages it is made of, as indices. Every message is in one item.
    pub(super) messages: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ItemKind {
    Prompt,
    Command,
    Reply,
    Run(Vec<Step>),
    Compaction,
    /// A sub-agent that no call is known to have started.
    Agent(usize),
}

/// A part of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A call, what it was answered, and the sub-agent that it started.
    Call { call: Part, result: Option<Part>, strand: Option<usize> },
    /// Another block of a message.
    Part(Part),
    /// A whole message.
    Message(usize),
}

/// A block of a message: both as indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) message: usize,
    pub(super) piece: usize,
}

/// Where a sub-agent goes that no call is known to have started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loose {
    pub(super) strand: usize,
    pub(super) at: Option<i64>,
}

/// The items of messages in `order`. `started` tells the sub-agents of calls, `loose`
/// the other ones, by time; none of them comes before the first prompt.
pub(super) fn fold(
    gists: &[Gist],
    order: &[usize],
    started: &HashMap<Part, usize>,
    loose: &[Loose],
) -> Vec<Item> {
    let (answers, answered) = join(gists, order);
    let mut fold =
        Fold { gists, started, answers, answered, items: Vec::new(), of_call: HashMap::new() };
    let mut loose = loose.iter().peekable();
    let mut prompted = !order.iter().any(|it| gists[*it].voice == Voice::Prompt);
    for place in order {
        let now = gists[*place].at;
        while let Some(next) = loose
            .next_if(|it| prompted && (it.at.is_none() || now.is_some_and(|now| it.at < Some(now))))
        {
            fold.push(ItemKind::Agent(next.strand), Vec::new());
        }
        prompted |= gists[*place].voice == Voice::Prompt;
        fold.message(*place);
    }
    for rest in loose {
        fold.push(ItemKind::Agent(rest.strand), Vec::new());
    }
    fold.items
}

/// The result of each call, and the call of each result. The first of each counts.
fn join(gists: &[Gist], order: &[usize]) -> (HashMap<Part, Part>, HashMap<Part, Part>) {
    let mut calls: HashMap<&str, Part> = HashMap::new();
    for message in order {
        for (piece, id, ..) in gists[*message].calls().filter(|(_, id, ..)| !id.is_empty()) {
            calls.entry(id).or_insert(Part { message: *message, piece });
        }
    }
    let (mut answers, mut answered) = (HashMap::new(), HashMap::new());
    for message in order.iter().filter(|it| gists[**it].voice == Voice::Work) {
        for (piece, it) in gists[*message].pieces.iter().enumerate() {
            let Piece::Result { call, .. } = it else { continue };
            let Some(call) = calls.get(&**call) else { continue };
            let result = Part { message: *message, piece };
            if !answers.contains_key(call) {
                answers.insert(*call, result);
                answered.insert(result, *call);
            }
        }
    }
    (answers, answered)
}

struct Fold<'a> {
    gists: &'a [Gist],
    started: &'a HashMap<Part, usize>,
    answers: HashMap<Part, Part>,
    answered: HashMap<Part, Part>,
    items: Vec<Item>,
    /// The item that shows a call.
    of_call: HashMap<Part, usize>,
}

impl Fold<'_> {
    fn message(&mut self, message: usize) {
        match self.gists[message].voice {
            Voice::Prompt => self.push(ItemKind::Prompt, vec![message]),
            Voice::Command => self.push(ItemKind::Command, vec![message]),
            Voice::Boundary => self.push(ItemKind::Compaction, vec![message]),
            Voice::Summary => match self.items.last_mut() {
                Some(Item { kind: ItemKind::Compaction, messages }) if messages.len() == 1 => {
                    messages.push(message);
                }
                _ => self.push(ItemKind::Compaction, vec![message]),
            },
            Voice::Reply => {
                self.push(ItemKind::Reply, vec![message]);
                let calls: Vec<_> = self.gists[message].calls().map(|(piece, ..)| piece).collect();
                for piece in calls {
                    self.call(Part { message, piece });
                }
            }
            Voice::Note => {
                let run = self.run();
                self.step(run, Step::Message(message));
                self.items[run].messages.push(message);
            }
            Voice::Work => self.work(message),
        }
    }

    /// Takes a message of work apart.
    fn work(&mut self, message: usize) {
        let (mut home, mut answers) = (None, None);
        for (piece, it) in self.gists[message].pieces.iter().enumerate() {
            let part = Part { message, piece };
            if matches!(it, Piece::Blank) {
                continue;
            }
            if let Some(call) = self.answered.get(&part) {
                answers = answers.or(Some(*call));
            } else if matches!(it, Piece::Call { .. }) {
                home = home.or(Some(self.call(part)));
            } else {
                let run = self.run();
                self.step(run, Step::Part(part));
                home = home.or(Some(run));
            }
        }
        // Only answers: it is shown where the first of the calls is. The call may be
        // yet to come where links are broken.
        let home = home.or_else(|| self.of_call.get(&answers?).copied());
        // It says nothing at all: it is part of whatever is above.
        let nothing = !self.gists[message].pieces.is_empty() && answers.is_none();
        let home = home.or_else(|| self.items.len().checked_sub(1).filter(|_| nothing));
        let home = home.unwrap_or_else(|| {
            let run = self.run();
            if answers.is_none() {
                self.step(run, Step::Message(message));
            }
            run
        });
        self.items[home].messages.push(message);
    }

    /// Shows a call in the open run, which it returns.
    fn call(&mut self, call: Part) -> usize {
        let run = self.run();
        let result = self.answers.get(&call).copied();
        self.step(run, Step::Call { call, result, strand: self.started.get(&call).copied() });
        self.of_call.insert(call, run);
        run
    }

    fn push(&mut self, kind: ItemKind, messages: Vec<usize>) {
        self.items.push(Item { kind, messages });
    }

    /// The run that is open, a new one if none is.
    fn run(&mut self) -> usize {
        let open = matches!(self.items.last(),
            Some(Item { kind: ItemKind::Run(steps), .. }) if steps.len() < RUN);
        if !open {
            self.push(ItemKind::Run(Vec::new()), Vec::new());
        }
        self.items.len() - 1
    }

    fn step(&mut self, run: usize, step: Step) {
        if let Some(Item { kind: ItemKind::Run(steps), .. }) = self.items.get_mut(run) {
            steps.push(step);
        }
    }
}
