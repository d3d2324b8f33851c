//! `show`: a session as one reads it.

mod raw;
mod text;

use anyhow::Result;
use clap::{Args, ValueEnum};
use driftline_conversation::{At, export::Detail};
use driftline_core::{Error, Id, SyncEntity as _};
use driftline_entities::{messages::Message, sessions::Session};
use driftline_reading::Reading;

use self::text::Page;
use super::{comment, subject::Subject};
use crate::{context::Context, rows, time};

/// A session as one reads it.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {
    /// The session or one of its messages, by the start of its id
    #[arg(value_name = "SESSION|MESSAGE")]
    subject: String,
    /// The format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Start around this message instead of at the last 200
    #[arg(long, value_name = "MESSAGE", conflicts_with = "all")]
    at: Option<String>,
    /// Show everything
    #[arg(long)]
    all: bool,
    /// Show what this device read, to the letter, with the secrets that were replaced
    #[arg(long, conflicts_with_all = ["format", "at", "all"])]
    raw: bool,
}

/// What a session is shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// JSON, every field
    Json,
}

impl Show {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let mut subject = Subject::find(context, &device, &self.subject)?;
        if let Some(typed) = &self.at {
            let messages = context.schema.entity(Message::NAME)?;
            subject.message = Some(rows::find_id(&device.replica, messages, typed)?);
        }
        if self.raw {
            return raw::show(context, &device, subject);
        }
        let (reading, id) = (context.reading(&device)?, subject.session);
        let gone = || Error::NotFound { entity: Session::NAME.into(), id };
        match self.format {
            Format::Json => {
                context.output.json(&reading.conversations().export_json(id)?.ok_or_else(gone)?)
            }
            _ if context.output.json => {
                context.output.json(&reading.conversations().export_json(id)?.ok_or_else(gone)?)
            }
            Format::Markdown => {
                let time = |it: driftline_core::Timestamp| time::minute(it.0);
                let text = reading.conversations().export_markdown(id, Detail::Said, &time)?;
                context.output.print(&text.ok_or_else(gone)?)
            }
            Format::Text => {
                let session = device.replica.get::<Session>(id)?.ok_or_else(gone)?;
                self.print(context, &reading, session.id, &session.value, subject.message)
            }
        }
    }

    fn print(
        &self,
        context: &Context<'_>,
        reading: &Reading,
        id: Id,
        session: &Session,
        message: Option<Id>,
    ) -> Result<()> {
        let conversation = reading.conversations().of(id)?;
        let at = match message {
            _ if self.all => At::All(0, usize::MAX),
            Some(message) => At::Message(message),
            None => At::End(0),
        };
        let wanted = message.unwrap_or(id);
        let (strand, items) = conversation
            .range(at)
            .ok_or_else(|| Error::NotFound { entity: Message::NAME.into(), id: wanted })?;
        let mut page = Page::new(context.output.painted());
        page.head(id, session, &conversation, reading.index()?.fork(id)?.as_ref());
        if let Some(agent) = conversation.agent(strand) {
            page.agent_head(agent, conversation.messages(strand));
        }
        let (first, last, total) = (items.start, items.end, conversation.items(strand));
        // Shown as it is read: nothing waits for the end of ten thousand messages.
        let mut from = first;
        while from < last {
            let to = last.min(from + 100);
            for item in reading.conversations().window(&conversation, strand, from..to)? {
                let wanted = message.is_some_and(|it| item.messages.contains(&it));
                page.item(&item, strand, wanted);
            }
            context.output.print_painted(&page.take(context.output.painted()))?;
            from = to;
        }
        if first == 0 && last == total {
            for thread in reading.conversations().threads(id)? {
                comment::write(page.painted(), &thread);
            }
            context.output.print_painted(&page.take(context.output.painted()))?;
        } else {
            let all = context.call(&format!("show {id} --all"));
            context
                .output
                .chat(&format!("Shown: {} of {total} parts. Everything: {all}", last - first));
        }
        Ok(())
    }
}
