//! A conversation without what is said in it: its order, its folds, and where each
//! message is.

use std::collections::{HashMap, HashSet};

use driftline_core::{Id, Timestamp};

use super::{
    fold::{Item, ItemKind, Step},
    gist::{Gist, Piece, Usage, Voice},
    strand::{Strand, strands},
};

/// The messages of a session as a person reads them, without what they say.
///
/// It consists of strands (the main conversation is the first, each other one is a
/// sub-agent's), and a strand of items: a prompt, a reply, a run of work.
#[derive(Debug)]
pub struct Conversation {
    pub(super) session: Id,
    pub(super) gists: Vec<Gist>,
    pub(super) strands: Vec<Strand>,
    /// The sessions that it goes on with, the nearest first; none stands for one that is not
    /// here.
    pub(super) kin: Vec<Option<Id>>,
    places: HashMap<Id, Place>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The strand: 0 is the main conversation.
    pub strand: usize,
    /// The item in it.
    pub item: usize,
}

/// A line of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The message.
    pub message: Id,
    /// Where it is.
    pub place: Place,
    /// When it was said.
    pub at: Option<Timestamp>,
    /// The first line of a prompt; none: what came before was compacted here.
    pub prompt: Option<String>,
}

/// What can be said of a conversation in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Messages, those of sub-agents included.
    pub messages: usize,
    /// What the person said.
    pub prompts: usize,
    /// Calls of tools.
    pub tools: usize,
    /// Those that failed.
    pub failed: usize,
    /// Sub-agents.
    pub agents: usize,
    /// Tokens that models wrote.
    pub written: u64,
    /// When it began.
    pub first: Option<Timestamp>,
    /// When the last message was said.
    pub last: Option<Timestamp>,
}

impl Conversation {
    pub(super) fn new(session: Id, gists: Vec<Gist>, kin: Vec<Option<Id>>) -> Self {
        let strands = strands(&gists);
        let mut places = HashMap::with_capacity(gists.len());
        for (strand, it) in strands.iter().enumerate() {
            for (item, it) in it.items.iter().enumerate() {
                places.extend(
                    it.messages.iter().map(|message| (gists[*message].id, Place { strand, item })),
                );
            }
        }
        Self { session, gists, strands, kin, places }
    }

    /// The session.
    pub fn session(&self) -> Id {
        self.session
    }

    /// How many messages a strand has, without what the program around the agent notes.
    pub fn messages(&self, strand: usize) -> usize {
        self.strands.get(strand).map_or(0, |it| it.messages)
    }

    /// How many items a strand has.
    pub fn items(&self, strand: usize) -> usize {
        self.strands.get(strand).map_or(0, |it| it.items.len())
    }

    /// What a sub-agent's strand is called; none for the main conversation.
    pub fn agent(&self, strand: usize) -> Option<&str> {
        self.strands.get(strand)?.agent.as_deref()
    }

    /// The message whose call started a sub-agent.
    pub fn caller(&self, strand: usize) -> Option<Id> {
        let (_, call) = self.strands.get(strand)?.caller?;
        Some(self.gists[call.message].id)
    }

    /// Where a message is.
    pub fn place(&self, message: Id) -> Option<Place> {
        self.places.get(&message).copied()
    }

    /// A message of an item: the first.
    pub fn message(&self, place: Place) -> Option<Id> {
        let item = self.strands.get(place.strand)?.items.get(place.item)?;
        match (&item.kind, item.messages.first()) {
            (_, Some(first)) => Some(self.gists[*first].id),
            // A reply's own calls, and sub-agents: shown under another item's message.
            (ItemKind::Run(steps), None) => steps.first().map(|it| match it {
                Step::Call { call, .. } => self.gists[call.message].id,
                Step::Part(part) => self.gists[part.message].id,
                Step::Message(message) => self.gists[*message].id,
            }),
            (ItemKind::Agent(strand), None) => self.first(*strand),
            _ => None,
        }
    }

    /// The first message of a strand.
    pub(super) fn first(&self, strand: usize) -> Option<Id> {
        let items = &self.strands.get(strand)?.items;
        items.iter().find_map(|it| it.messages.first()).map(|it| self.gists[*it].id)
    }

    /// When the last message of the session was said.
    pub fn last(&self) -> Option<Timestamp> {
        self.gists.iter().filter_map(|it| it.at).max().map(Timestamp)
    }

    /// Every message: the main conversation's in the order in which they are read, then
    /// those of one sub-agent after the other.
    pub fn order(&self) -> impl Iterator<Item = Id> {
        let items = self.strands.iter().flat_map(|it| &it.items);
        items.flat_map(|it| &it.messages).map(|it| self.gists[*it].id)
    }

    /// The prompts of the main conversation, and where it was compacted.
    pub fn outline(&self) -> Vec<Heading> {
        let Some(main) = self.strands.first() else { return Vec::new() };
        let heading = |(item, it): (usize, &Item)| {
            let gist = &self.gists[*it.messages.first()?];
            let prompt = match it.kind {
                ItemKind::Prompt => Some(gist.headline.to_string()),
                ItemKind::Compaction => None,
                _ => return None,
            };
            let place = Place { strand: 0, item };
            Some(Heading { message: gist.id, place, at: gist.at.map(Timestamp), prompt })
        };
        main.items.iter().enumerate().filter_map(heading).collect()
    }

    /// The first item of the main conversation that is newer than `read`, if it is not
    /// the first of all.
    pub fn new_since(&self, read: Timestamp) -> Option<Place> {
        let newer = |it: &Item| {
            let times = it.messages.iter().filter_map(|it| self.gists[*it].at);
            times.min().is_some_and(|at| at > read.0)
        };
        let item = self.strands.first()?.items.iter().position(newer)?;
        Some(Place { strand: 0, item })
    }

    /// How many messages are newer than `read`.
    pub fn count_since(&self, read: Timestamp) -> usize {
        self.own().filter(|it| it.counts && it.at.is_some_and(|at| at > read.0)).count()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.gists.is_empty()
    }

    /// Whether a message is of another session, which this one goes on with.
    pub fn inherits(&self, message: Id) -> bool {
        let gists = || self.gists.iter().filter(|it| it.inherited);
        !self.kin.is_empty() && gists().any(|it| it.id == message)
    }

    /// How many messages of other sessions it goes on with.
    pub fn inherited(&self) -> usize {
        self.gists.iter().filter(|it| it.inherited && it.counts).count()
    }

    /// The messages that are its own.
    fn own(&self) -> impl Iterator<Item = &Gist> {
        self.gists.iter().filter(|it| !it.inherited)
    }

    /// What can be said of it in numbers. What it goes on with counts where it was said.
    pub fn facts(&self) -> Facts {
        self.facts_without(&HashSet::new())
    }

    /// The same without the tokens of `copies`, messages that were said in another session
    /// first.
    pub fn facts_without(&self, copies: &HashSet<Id>) -> Facts {
        let of = |voice| self.own().filter(move |it| it.voice == voice);
        let pieces = || self.own().flat_map(|it| &it.pieces);
        let begun = |it: &&Strand| self.messages_of(it).any(|it| !it.inherited);
        let written = |it: &Strand| self.written(it, copies);
        Facts {
            messages: self.own().filter(|it| it.counts).count(),
            prompts: of(Voice::Prompt).filter(|it| it.agent.is_none()).count(),
            tools: pieces().filter(|it| matches!(it, Piece::Call { .. })).count(),
            failed: pieces().filter(|it| matches!(it, Piece::Result { failed: true, .. })).count(),
            agents: self.strands.iter().skip(1).filter(begun).count(),
            written: self.strands.iter().map(written).fold(0, u64::saturating_add),
            first: self.own().filter_map(|it| it.at).min().map(Timestamp),
            last: self.last(),
        }
    }

    fn messages_of(&self, strand: &Strand) -> impl Iterator<Item = &Gist> {
        strand.items.iter().flat_map(|it| &it.messages).map(|it| &self.gists[*it])
    }

    /// The tokens that models wrote in a strand. One answer may be several records, each
    /// with the same count of what was read, and of what was written so far.
    fn written(&self, strand: &Strand, copies: &HashSet<Id>) -> u64 {
        let mut sum = 0_u64;
        let mut open: Option<Usage> = None;
        let own = self.messages_of(strand).filter(|it| !it.inherited && !copies.contains(&it.id));
        for usage in own.filter_map(|it| it.usage) {
            match &mut open {
                Some(open) if open.read == usage.read => {
                    open.written = open.written.max(usage.written);
                }
                _ => sum = sum.saturating_add(open.replace(usage).map_or(0, |it| it.written)),
            }
        }
        sum.saturating_add(open.map_or(0, |it| it.written))
    }
}
