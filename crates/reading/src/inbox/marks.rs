//! What a person does in the inbox.

use driftline_core::{Error, Id, Replica, Result, SyncEntity as _, Timestamp, Value, Values};
use driftline_entities::inbox::InboxItem;

use super::{
    Item, Outside,
    items::{all, has_row},
};

/// What a person does with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Reads it.
    Read,
    /// Keeps it as unread.
    Unread,
    /// Puts it away.
    Archive,
    /// Takes it out again.
    Unarchive,
}

impl Mark {
    /// What undoes it.
    pub fn undo(self) -> Self {
        match self {
            Self::Read => Self::Unread,
            Self::Unread => Self::Read,
            Self::Archive => Self::Unarchive,
            Self::Unarchive => Self::Archive,
        }
    }

    fn changes(self, item: &Item) -> bool {
        match self {
            Self::Read => item.unread,
            Self::Unread => !item.unread,
            Self::Archive => !item.archived,
            Self::Unarchive => item.archived,
        }
    }
}

/// Marks an item, on every device. Returns whether that changed anything.
///
/// # Errors
/// [`NotFound`](driftline_core::Error::NotFound) if there is no such item.
pub fn mark(replica: &Replica, outside: &Outside, id: Id, mark: Mark) -> Result<bool> {
    let Some(item) = all(replica, outside)?.into_iter().find(|it| it.id == id) else {
        return Err(Error::NotFound { entity: InboxItem::NAME.into(), id });
    };
    if !mark.changes(&item) {
        return Ok(false);
    }
    let now = Value::from(Timestamp::from(replica.now()).0);
    let mut values = Values::new();
    match mark {
        Mark::Read => values.insert("read_at".into(), now),
        Mark::Unread => values.insert("read_at".into(), Value::Null),
        Mark::Archive => {
            if item.unread {
                values.insert("read_at".into(), now.clone());
            }
            values.insert("archived_at".into(), now)
        }
        Mark::Unarchive => values.insert("archived_at".into(), Value::Null),
    };
    let entity = replica.schema().entity(InboxItem::NAME)?;
    let born = replica.read(|tx| has_row(tx, entity, id))?;
    if !born {
        // The row tells devices that do not notice it what was marked; what is about
        // files of this machine stays in its title.
        values.insert("kind".into(), item.kind.clone().into());
        values.insert("title".into(), item.title.clone().into());
        values.insert("about".into(), item.about.clone().map_or(Value::Null, Value::from));
        if let Some(session) = item.session {
            values.insert("session".into(), session.to_string().into());
        }
    }
    replica.put_values(InboxItem::NAME, id, &values)?;
    Ok(true)
}

/// Adds a note, and returns its id.
///
/// # Errors
/// When the store cannot be written.
pub fn add(replica: &Replica, title: &str, body: Option<&str>, session: Option<Id>) -> Result<Id> {
    let note = InboxItem {
        kind: Some("note".into()),
        title: Some(title.to_owned()),
        body: body.map(str::to_owned),
        session,
        ..InboxItem::default()
    };
    replica.create(&note)
}
