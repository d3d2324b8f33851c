//! Windows: a few items of a conversation at once, so that one of any length opens at once.

use std::ops::Range;

use driftline_core::Id;

use super::{
    fold::Item,
    skeleton::{Conversation, Place},
};

/// How many messages a window has, give or take those of one item.
pub const WINDOW: usize = 200;

/// What a window is opened around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The first item of a strand.
    Start(usize),
    /// The last item of a strand.
    End(usize),
    /// The item with this message in the middle.
    Message(Id),
    /// What comes before the item with this message.
    Before(Id),
    /// What comes after the item with this message.
    After(Id),
    /// From the item with this message on, up to that with the other or to the end, but
    /// not more than so many messages.
    From(Id, Option<Id>, usize),
    /// A whole strand, but not more than so many messages.
    All(usize, usize),
}

impl Conversation {
    /// The strand and the items of a window. None: the message is not in it.
    pub fn range(&self, at: At) -> Option<(usize, Range<usize>)> {
        let found = |message| self.place(message);
        let (strand, range) = match at {
            At::Start(strand) => (strand, self.forward(strand, 0, WINDOW)),
            At::All(strand, most) => (strand, self.forward(strand, 0, most)),
            At::End(strand) => (strand, self.back(strand, self.items(strand), WINDOW)),
            At::Message(message) => {
                let Place { strand, item } = found(message)?;
                let before = self.back(strand, item, WINDOW / 2);
                (strand, before.start..self.forward(strand, item, WINDOW / 2).end)
            }
            At::Before(message) => {
                let Place { strand, item } = found(message)?;
                (strand, self.back(strand, item, WINDOW))
            }
            At::From(first, last, most) => {
                let Place { strand, item } = found(first)?;
                let mut range = self.forward(strand, item, most);
                let last = last.and_then(found).filter(|it| it.strand == strand);
                if let Some(last) = last {
                    range.end = range.end.min(last.item + 1).max(range.start);
                }
                (strand, range)
            }
            At::After(message) => {
                let Place { strand, item } = found(message)?;
                (strand, self.forward(strand, item + 1, WINDOW))
            }
        };
        self.strands.get(strand)?;
        Some((strand, range))
    }

    /// Items from `start` on, with about `most` messages.
    fn forward(&self, strand: usize, start: usize, most: usize) -> Range<usize> {
        let items = self.strands.get(strand).map_or(&[][..], |it| &it.items);
        let (mut end, mut messages) = (start.min(items.len()), 0);
        while end < items.len() && messages < most {
            messages += weight(&items[end]);
            end += 1;
        }
        start.min(items.len())..end
    }

    /// Items before `end`, with about `most` messages.
    fn back(&self, strand: usize, end: usize, most: usize) -> Range<usize> {
        let items = self.strands.get(strand).map_or(&[][..], |it| &it.items);
        let end = end.min(items.len());
        let (mut start, mut messages) = (end, 0);
        while start > 0 && messages < most {
            start -= 1;
            messages += weight(&items[start]);
        }
        start..end
    }
}

fn weight(item: &Item) -> usize {
    item.messages.len().max(1)
}
