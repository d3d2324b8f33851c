//! A profile full of messages.

use std::{fs, path::Path, sync::Arc};

use anyhow::Result;
use driftline_core::{Durability, Id, Replica, Schema, Simulated, Stamp};
use driftline_sqlite::SqliteStore;
use xtask_bench::data::{self, Draft, PER_SESSION};

/// Rows in a transaction of an import.
const BATCH: u64 = 1_000;
/// Where the program keeps its rows.
const ROWS: &str = "driftline.db";
/// Where it keeps its index of them.
const INDEX: &str = "index.db";
/// How many workspaces there are.
const WORKSPACES: u64 = 20;

/// A profile, open.
pub(super) struct Profile<'a> {
    folder: &'a Path,
    replica: Arc<Replica>,
}

impl<'a> Profile<'a> {
    /// Makes it in this folder.
    pub(super) fn at(folder: &'a Path) -> Result<Self> {
        let store = SqliteStore::open(&folder.join(ROWS), Schema::registered()?)?;
        let env = Arc::new(Simulated::new(1, 1_790_000_000_000));
        let replica = Arc::new(Replica::open(Arc::new(store), env)?);
        Ok(Self { folder, replica })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder
    }

    /// Imports this many messages, with their sessions and workspaces.
    pub(super) fn fill(&self, messages: u64) -> Result<()> {
        self.import("workspaces", (0..WORKSPACES).map(workspace))?;
        self.import("sessions", (0..messages.div_ceil(PER_SESSION)).map(session))?;
        self.import("messages", (0..messages).map(data::message))
    }

    fn import(&self, entity: &str, drafts: impl Iterator<Item = Draft>) -> Result<()> {
        let entity = self.replica.schema().entity(entity)?;
        let mut drafts = drafts.peekable();
        while drafts.peek().is_some() {
            let batch: Vec<Draft> = drafts.by_ref().take(usize::try_from(BATCH)?).collect();
            self.replica.write_with(Durability::Normal, |tx| {
                for Draft { id, row, local } in &batch {
                    let local = local.iter().map(|(field, it)| ((*field).into(), it.clone()));
                    tx.import(entity, *id, row.clone().into_cells().collect(), local.collect())?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The size of the index in percent of the rows'.
    pub(super) fn index_share(&self) -> f64 {
        // What is not written back yet counts, too.
        let bytes = |name: &str| -> u64 {
            let parts = ["", "-wal"].map(|it| self.folder.join(format!("{name}{it}")));
            parts.iter().filter_map(|it| fs::metadata(it).ok()).map(|it| it.len()).sum()
        };
        #[expect(clippy::cast_precision_loss, reason = "it is shown rounded")]
        let share = bytes(INDEX) as f64 / bytes(ROWS) as f64;
        share * 100.0
    }
}

fn workspace_id(number: u64) -> Id {
    Id::imported(0, &["bench", &format!("workspace-{number}")])
}

fn workspace(number: u64) -> Draft {
    let path = format!("/home/me/src/project-{number}");
    let row = [("path", Stamp::machine(0, 0, 1, number), path.into())].into_iter().collect();
    Draft { id: workspace_id(number), row, local: Vec::new() }
}

fn session(number: u64) -> Draft {
    let mut draft = data::session(number);
    let stamp = Stamp::machine(0, 0, 1, number);
    draft.row.set("workspace", stamp, workspace_id(number % WORKSPACES).to_string().into());
    draft
}
