//! A session as a conversation: its messages in order, what was said about them, and all
//! of it as a file.
//!
//! [`Conversations::of`] gives the skeleton: the order, what is folded into what, an
//! outline, the place of every message. It is worked out once for each state of a
//! session. [`Conversations::window`] then loads what some of its items say. Every answer is
//! data without markup, so that a page and a terminal can each show it in their own way.

mod base;
mod cache;
mod content;
pub mod copies;
mod error;
pub mod export;
mod fold;
pub mod gist;
mod image;
mod load;
mod order;
mod patience;
mod resume;
mod skeleton;
mod strand;
pub mod threads;
mod whole;
mod window;
mod work;

use std::{ops::Range, sync::Arc};

use driftline_core::{Id, Replica, SyncEntity as _, Value, view};
use driftline_entities::{
    messages::{
        Message,
        block::{Answer as Answered, Block, blocks},
    },
    sessions::Session,
};

use self::cache::Cache;
pub use self::{
    content::{Agent, Answer, Call, Content, Image, Piece, Run, RunStep, Shown, Tally, asker},
    error::{Error, Result},
    image::Picture,
    patience::Patience,
    resume::resume_command,
    skeleton::{Conversation, Facts, Heading, Place},
    whole::Whole,
    window::{At, WINDOW},
};

const SESSIONS: &str = Session::NAME;
const MESSAGES: &str = Message::NAME;

/// The conversations of a replica, as people read them. Cheap to clone.
#[derive(Clone)]
pub struct Conversations {
    replica: Arc<Replica>,
    cache: Arc<Cache>,
    patience: Patience,
}

impl Conversations {
    /// Those that `replica` holds.
    pub fn new(replica: Arc<Replica>) -> Self {
        Self { replica, cache: Arc::default(), patience: Patience::default() }
    }

    /// The same for somebody who does not wait for ever.
    #[must_use]
    pub fn within(&self, patience: Patience) -> Self {
        Self { patience, ..self.clone() }
    }

    /// How long an answer may take.
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    /// The rows that they are worked out from.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// The conversation of a session, which is empty if no message of it is here.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn of(&self, session: Id) -> Result<Arc<Conversation>> {
        self.cache.get(&self.replica, session, &self.patience)
    }

    /// What some items of a strand say, as [`Conversation::range`] gives them.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn window(
        &self,
        conversation: &Conversation,
        strand: usize,
        items: Range<usize>,
    ) -> Result<Vec<Shown>> {
        self.replica()
            .read(|tx| Ok(conversation.load(tx, strand, items.clone(), &self.patience)))?
    }

    /// The session that a message belongs to, whether it is shown or not.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn session_of(&self, message: Id) -> Result<Option<Id>> {
        let found = self.replica().read(|tx| {
            let message = view::view(tx, tx.schema().entity(MESSAGES)?, message)?;
            let named = message.as_ref().and_then(|it| it.value("session"));
            let Some(session) = named.and_then(Value::as_str).and_then(|it| it.parse().ok()) else {
                return Ok(None);
            };
            Ok(view::view(tx, tx.schema().entity(SESSIONS)?, session)?
                .map(|it| it.id)
                .or(Some(session)))
        })?;
        Ok(found)
    }

    /// The image at `index` of a message, if it is one that is safe to show.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn picture(&self, message: Id, index: usize) -> Result<Option<Picture>> {
        let message = self.replica().get_values(MESSAGES, message)?;
        Ok(message.and_then(|it| image::picture(it.value("blocks"), index)))
    }

    /// All that a message says, as plain text.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn message_text(&self, message: Id) -> Result<Option<String>> {
        let message = self.replica().get_values(MESSAGES, message)?;
        Ok(message.map(|it| {
            let said = it.value("text").and_then(Value::as_str);
            blocks(said, it.value("blocks")).map(Block::plain).collect::<Vec<_>>().join("\n\n")
        }))
    }

    /// What the answer at `index` of a message says, as plain text.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn answer(&self, message: Id, index: usize) -> Result<Option<String>> {
        let message = self.replica().get_values(MESSAGES, message)?;
        Ok(message.and_then(|it| {
            let mut answers = blocks(None, it.value("blocks")).filter_map(|it| match it {
                Block::Result(answer) => Some(answer),
                _ => None,
            });
            answers.nth(index).map(Answered::plain)
        }))
    }
}
