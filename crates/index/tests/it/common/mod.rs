//! A device with a few sessions, and an index beside it.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{path::PathBuf, sync::Arc};

use driftline_core::{
    Durability, Id, Replica, Schema, Simulated, Stamp, SyncEntity, Timestamp, Value,
};
use driftline_entities::{messages::Message, sessions::Session, workspaces::Workspace};
use driftline_index::{
    Index, Result,
    list::{self, Listed},
    query::{Clock, Query},
    search::{Found, Options},
};
use driftline_memory::MemoryStore;
use jiff::tz::TimeZone;
use serde_json::json;
use tempfile::TempDir;

/// When every test begins, in milliseconds since 1970.
pub(crate) const START: u64 = 1_795_348_800_000;
pub(crate) const MINUTE: i64 = 60_000;

pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) env: Arc<Simulated>,
    pub(crate) replica: Arc<Replica>,
    pub(crate) folder: TempDir,
    pub(crate) index: Index,
}

impl World {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let env = Arc::new(Simulated::new(1, START));
        let replica = Arc::new(Replica::open(Arc::new(store.clone()), env.clone()).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let index = open(&replica, &folder.path().join("index.db"));
        Self { store, env, replica, folder, index }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("index.db")
    }

    /// Another opening of the same index.
    pub(crate) fn again(&self) -> Index {
        open(&self.replica, &self.path())
    }

    pub(crate) fn workspace(&self, path: &str) -> Id {
        self.replica.create(&Workspace { path: Some(path.into()), ..Workspace::default() }).unwrap()
    }

    pub(crate) fn session(&self, name: &str, minute: i64) -> Id {
        self.session_in(name, minute, None)
    }

    pub(crate) fn session_in(&self, name: &str, minute: i64, workspace: Option<Id>) -> Id {
        let session = Session {
            name: Some(name.into()),
            workspace,
            source: Some("claude-code".into()),
            started_at: Some(at(minute)),
            ..Session::default()
        };
        self.replica.create(&session).unwrap()
    }

    /// Says something in a session, as an import would.
    pub(crate) fn say(&self, session: Id, role: &str, text: &str, minute: i64) -> Id {
        self.record(session, minute, &[("role", json!(role)), ("text", json!(text))])
    }

    pub(crate) fn record(&self, session: Id, minute: i64, cells: &[(&'static str, Value)]) -> Id {
        let time = at(minute).0;
        let name = format!("{session} {minute} {cells:?}");
        let id = Id::imported(time.cast_unsigned(), &[&name]);
        let all = cells
            .iter()
            .cloned()
            .chain([("session", json!(session.to_string())), ("created_at", json!(time))]);
        let stamp = Stamp::machine(time.cast_unsigned(), 1, 1, 1);
        let row: driftline_core::Row = all.map(|(field, value)| (field, stamp, value)).collect();
        let entity = self.replica.schema().entity(Message::NAME).unwrap();
        self.replica
            .write_with(Durability::Normal, |tx| {
                tx.import(entity, id, row.into_cells().collect(), Vec::new())
            })
            .unwrap();
        id
    }

    pub(crate) fn tool(&self, session: Id, tool: &str, command: &str, minute: i64) -> Id {
        let block = json!({"type": "call", "id": "a", "name": tool,
                           "input": {"command": command}});
        self.record(session, minute, &[("role", json!("assistant")), ("blocks", json!([block]))])
    }

    pub(crate) fn search(&self, typed: &str) -> Found {
        self.try_search(typed).unwrap()
    }

    pub(crate) fn try_search(&self, typed: &str) -> Result<Found> {
        self.index.search(&query(typed)?, &Options::at(START))
    }

    /// The ids of all hits, in order.
    pub(crate) fn hits(&self, typed: &str) -> Vec<Id> {
        ids(&self.search(typed))
    }

    pub(crate) fn list(&self, typed: &str) -> Listed {
        let options = list::Options::at(START);
        self.index.sessions(&query(typed).unwrap(), &options).unwrap()
    }

    /// The names of the listed sessions, in order.
    pub(crate) fn names(&self, typed: &str) -> Vec<String> {
        self.list(typed).lines.iter().map(|it| it.name().to_owned()).collect()
    }
}

pub(crate) fn open(replica: &Arc<Replica>, path: &std::path::Path) -> Index {
    Index::open(path, replica.clone()).unwrap()
}

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp(START.cast_signed() + (minute - 1_000) * MINUTE)
}

pub(crate) fn query(typed: &str) -> Result<Query> {
    Ok(Query::parse(typed, &clock())?)
}

pub(crate) fn clock() -> Clock {
    Clock { now: START, zone: TimeZone::UTC }
}

pub(crate) fn ids(found: &Found) -> Vec<Id> {
    found.groups.iter().flat_map(|it| &it.hits).map(|it| it.id).collect()
}
