//! A session as JSON that needs nothing else to be understood: its fields, its messages
//! in the order in which they are read, its comments.

use driftline_core::{EntityDescriptor, Id, SyncEntity as _, Value, store::Find, view::View};
use driftline_entities::{comments::Comment, messages::Message, sessions::Session};
use serde_json::{Map, json};

use crate::{Conversations, Result};

/// What the file says of itself.
const FORMAT: &str = "driftline-session";
const VERSION: u64 = 1;

impl Conversations {
    /// A session as JSON. None: there is no such session.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn export_json(&self, session: Id) -> Result<Option<Value>> {
        let replica = self.replica();
        let [sessions, messages, comments] =
            [Session::NAME, Message::NAME, Comment::NAME].map(|it| replica.schema().entity(it));
        let (sessions, messages, comments) = (sessions?, messages?, comments?);
        let Some(row) = replica.get_values(sessions.name, session)? else { return Ok(None) };
        let mut said = Vec::new();
        for id in self.of(row.id)?.order() {
            said.extend(replica.get_values(messages.name, id)?.map(|it| object(messages, &it)));
        }
        let about = Find::new().refers("session", row.id);
        let remarks = replica.list_values(comments.name, &about)?;
        let remarks: Vec<_> = remarks.iter().map(|it| object(comments, it)).collect();
        Ok(Some(json!({
            "format": FORMAT,
            "version": VERSION,
            "session": object(sessions, &row),
            "messages": said,
            "comments": remarks,
        })))
    }
}

/// What travels of a row, without what is null.
fn object(entity: &EntityDescriptor, row: &View) -> Map<String, Value> {
    let mut object = Map::from_iter([("id".to_owned(), Value::from(row.id.to_string()))]);
    for field in entity.synced() {
        if let Some(value) = row.value(field.name).filter(|it| !it.is_null()) {
            object.insert(field.name.to_owned(), value.clone());
        }
    }
    object
}
