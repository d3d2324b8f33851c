//! The records that this device read, to the letter: also what was replaced in the rows
//! that are made of them.

use anyhow::Result;
use driftline_core::Id;
use driftline_entities::messages::Message;
use serde_json::json;

use crate::{
    commands::subject::Subject,
    context::{Context, Device},
    error::Failed,
};

/// The record of a message, or those of a session, a line each.
pub(super) fn show(context: &Context<'_>, device: &Device, subject: Subject) -> Result<()> {
    let ids = match subject.message {
        Some(message) => vec![message],
        None => device.reading().conversations().of(subject.session)?.order().collect(),
    };
    let mut records = Vec::new();
    for id in ids {
        let message = device.replica.get::<Message>(id)?;
        records.extend(message.and_then(|it| Some((id, it.value.raw?))));
    }
    if records.is_empty() {
        let message = "no record of it is here; it is on the device that read the transcript";
        return Err(Failed::failed("no_record", message));
    }
    if context.output.json {
        let record = |(id, raw): &(Id, String)| json!({ "id": id, "raw": raw });
        return context.output.json(&records.iter().map(record).collect::<Vec<_>>());
    }
    records.iter().try_for_each(|it| context.output.print(&it.1))
}
