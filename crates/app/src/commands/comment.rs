//! `comment`: remarks on sessions and messages.

use anyhow::Result;
use clap::Args;
use driftline_conversation::threads::Thread;
use driftline_core::{Error, Id, SyncEntity as _, Timestamp};
use driftline_entities::comments::Comment as Row;
use serde_json::{Value, json};

use super::subject::Subject;
use crate::{
    context::{Context, Device},
    env,
    error::Failed,
    output::{Paint, Painted},
    rows, time,
};

/// A remark on a session or a message.
#[derive(Clone, Debug, Args)]
pub(crate) struct Comment {
    /// The session or message, by the start of its id. Without TEXT, lists its
    /// comments; without both, lists all open comments
    #[arg(value_name = "SESSION|MESSAGE")]
    about: Option<String>,
    /// The comment
    text: Option<String>,
    /// The author. Default: the user of this machine
    #[arg(long = "as", value_name = "NAME", requires = "text")]
    author: Option<String>,
    /// Resolve the comment's thread
    #[arg(long, value_name = "COMMENT", conflicts_with_all = ["about", "reopen"])]
    resolve: Option<String>,
    /// Reopen the comment's thread
    #[arg(long, value_name = "COMMENT", conflicts_with = "about")]
    reopen: Option<String>,
}

impl Comment {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        if let Some(typed) = &self.resolve {
            return settle(context, &device, typed, true);
        }
        if let Some(typed) = &self.reopen {
            return settle(context, &device, typed, false);
        }
        let subject = self.about.as_deref().map(|it| Subject::find(context, &device, it));
        match (subject.transpose()?, self.text) {
            (Some(subject), Some(text)) => {
                let body = text.trim();
                if body.is_empty() {
                    return Err(Failed::usage("usage", "the comment says nothing"));
                }
                let author = self.author.or_else(env::person);
                add(context, &device, subject, body, author)
            }
            (Some(subject), None) => {
                let mut threads = device.reading().conversations().threads(subject.session)?;
                threads.retain(|it| subject.message.is_none() || it.message == subject.message);
                list(context, &threads, "Nothing was said about it yet.")
            }
            (None, _) => list(
                context,
                &device.reading().conversations().open_threads()?,
                "No comment is open.",
            ),
        }
    }
}

fn add(
    context: &Context<'_>,
    device: &Device,
    subject: Subject,
    body: &str,
    author: Option<String>,
) -> Result<()> {
    let id = device.replica.create(&Row {
        session: Some(subject.session),
        message: subject.message,
        body: Some(body.to_owned()),
        author,
        resolved_at: None,
    })?;
    if context.output.json {
        return context.output.json(&json!({ "id": id }));
    }
    context.output.print(&id.to_string())
}

/// Settles every comment of a thread, or opens every one again.
fn settle(context: &Context<'_>, device: &Device, typed: &str, resolved: bool) -> Result<()> {
    let entity = context.schema.entity(Row::NAME)?;
    let id = rows::find_id(&device.replica, entity, typed)?;
    let thread = device.reading().conversations().thread_of(id)?;
    let thread = thread.ok_or_else(|| Error::NotFound { entity: Row::NAME.into(), id })?;
    let at = resolved.then(|| Timestamp::from(device.replica.now()));
    let changed: Vec<Id> = thread
        .remarks
        .iter()
        .filter(|it| it.resolved_at.is_none() == resolved)
        .map(|it| it.id)
        .collect();
    for id in &changed {
        device.replica.update::<Row>(*id, |it| it.resolved_at = at)?;
    }
    if context.output.json {
        return context.output.json(&json!({ "changed": changed }));
    }
    let done = if resolved { "resolved" } else { "open again" };
    context.output.chat(&match changed.len() {
        0 => format!("It was {done} already."),
        1 => format!("The comment is {done}."),
        many => format!("The thread of {many} comments is {done}."),
    });
    Ok(())
}

fn list(context: &Context<'_>, threads: &[Thread], nothing: &str) -> Result<()> {
    if context.output.json {
        return context.output.json(&threads.iter().map(object).collect::<Vec<_>>());
    }
    if threads.is_empty() {
        context.output.say(nothing);
        return Ok(());
    }
    let mut painted = context.output.painted();
    for thread in threads {
        write(&mut painted, thread);
    }
    context.output.print_painted(&painted)
}

/// A thread for a person.
pub(super) fn write(painted: &mut Painted, thread: &Thread) {
    let about = match thread.message {
        Some(message) => format!("On message {message}"),
        None => format!("On session {}", thread.session),
    };
    painted.paint(Paint::Strong, &about);
    if thread.is_resolved() {
        painted.paint(Paint::Faint, "  resolved");
    }
    painted.plain("\n");
    for it in &thread.remarks {
        let author = it.author.as_deref().unwrap_or("Somebody");
        let at = it.at.map(|it| format!("  {}", time::minute(it.0))).unwrap_or_default();
        painted.plain("  ").paint(Paint::Name, author).paint(Paint::Faint, &at);
        painted.paint(Paint::Faint, &format!("  {}\n", it.id));
        painted.indented(None, 4, &it.body);
    }
}

fn object(thread: &Thread) -> Value {
    let comments = thread.remarks.iter().map(|it| {
        json!({
            "id": it.id,
            "author": it.author,
            "body": it.body,
            "at": it.at.map(|it| it.0),
            "resolved_at": it.resolved_at.map(|it| it.0),
        })
    });
    json!({
        "session": thread.session,
        "message": thread.message,
        "resolved": thread.is_resolved(),
        "comments": comments.collect::<Vec<_>>(),
    })
}
