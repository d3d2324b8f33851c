//! What a schedule syncs with: a hub, and what only a test may do with it. A registered
//! store is one through [`Hub`]; a service that can only be called is one, too, and is
//! held to everything that can be told from outside.

use std::{collections::BTreeMap, sync::Arc};

use driftline_core::{
    Backend, Change, Cursor, Digests, Hub, Id, PROTOCOL, Pull, Result, Schema, Scratch, Simulated,
    Store, store::Stored,
};
use futures_executor::block_on;

use crate::{promise::broken, rows::all_rows};

/// Makes a throw-away store.
pub type MakeScratch = Box<dyn Fn() -> Result<Box<dyn Scratch>> + Send + Sync>;

/// A hub that schedules are played against. It begins without rows.
pub trait Remote {
    /// The hub as a device reaches it. After [`wipe`](Self::wipe) and
    /// [`put_back`](Self::put_back) the fleet asks for it again.
    fn backend(&self) -> &dyn Backend;

    /// Loses everything, as if it had never been: account and epoch are other ones then.
    ///
    /// # Errors
    /// When it cannot be reached. So for the others.
    fn wipe(&mut self) -> Result<()>;

    /// Makes a backup, in the place of the last one.
    ///
    /// # Errors
    /// When it cannot be reached.
    fn save(&mut self) -> Result<()>;

    /// Goes back to the last backup, which can happen more than once. Returns whether
    /// there is one.
    ///
    /// # Errors
    /// When it cannot be reached.
    fn put_back(&mut self) -> Result<bool>;

    /// Does what its owner does with it now and then and no device may notice, such as changing
    /// a key; `dice` is every choice in it. Returns whether there was anything to do.
    ///
    /// # Errors
    /// When it cannot be done, other than because a call was lost.
    fn tend(&mut self, _dice: u64) -> Result<bool> {
        Ok(false)
    }

    /// Where it keeps its rows, if one can look into it. Then each answer is held against
    /// what is there when it answers: which rows it may fold and which it must.
    fn store(&self) -> Option<&dyn Store> {
        None
    }

    /// Every row that it holds, by entity and id. It need not tell more of each than its
    /// cells. Without a way to look into it, they are read from its feed.
    ///
    /// # Errors
    /// When it cannot be read, or its feed contradicts itself.
    fn rows(&self) -> Result<BTreeMap<(String, Id), Stored>> {
        read_feed(self.backend())
    }
}

/// What a [`Remote`] is opened with.
pub struct OpenRemote<'a> {
    /// The entities that it should know.
    pub schema: &'a Arc<Schema>,
    /// Whose rows it serves. Two of a schedule are open at the same time, each for
    /// somebody else, and neither may lose anything by what is done with the other.
    pub person: &'a str,
    /// Where its randomness comes from, and the time that its clock shows at every call.
    pub env: &'a Arc<Simulated>,
    /// Whether it should have a clock. Who always has one may ignore this.
    pub clock: bool,
}

/// Opens a [`Remote`] for each schedule.
pub type MakeRemote = Box<dyn Fn(&OpenRemote<'_>) -> Result<Box<dyn Remote>> + Send + Sync>;

/// Remotes that are hubs over throw-away stores.
pub(crate) fn over_stores(make: MakeScratch) -> MakeRemote {
    let make: Arc<dyn Fn() -> Result<Box<dyn Scratch>> + Send + Sync> = make.into();
    Box::new(move |open| Ok(Box::new(HubOverStore::open(make.clone(), open)?)))
}

/// A hub over a throw-away store.
struct HubOverStore {
    make: Arc<dyn Fn() -> Result<Box<dyn Scratch>> + Send + Sync>,
    schema: Arc<Schema>,
    person: String,
    env: Arc<Simulated>,
    clock: bool,
    saved: Option<Box<dyn Scratch>>,
    hub: Hub,
    store: Arc<dyn Store>,
    // Dropped last: the store lives in it.
    scratch: Box<dyn Scratch>,
}

impl HubOverStore {
    fn open(
        make: Arc<dyn Fn() -> Result<Box<dyn Scratch>> + Send + Sync>,
        open: &OpenRemote<'_>,
    ) -> Result<Self> {
        let OpenRemote { schema, person, env, clock } = *open;
        let scratch = make()?;
        let (hub, store) = serve(&*scratch, schema, person, env, clock)?;
        Ok(Self {
            make,
            schema: schema.clone(),
            person: person.to_owned(),
            env: env.clone(),
            clock,
            saved: None,
            hub,
            store,
            scratch,
        })
    }

    fn move_to(&mut self, scratch: Box<dyn Scratch>) -> Result<()> {
        (self.hub, self.store) =
            serve(&*scratch, &self.schema, &self.person, &self.env, self.clock)?;
        self.scratch = scratch;
        Ok(())
    }
}

fn serve(
    scratch: &dyn Scratch,
    schema: &Schema,
    person: &str,
    env: &Arc<Simulated>,
    clock: bool,
) -> Result<(Hub, Arc<dyn Store>)> {
    let store = scratch.open(schema)?;
    let hub = Hub::open(store.clone(), person, &**env)?;
    Ok((if clock { hub.with_clock(env.clone()) } else { hub }, store))
}

impl Remote for HubOverStore {
    fn backend(&self) -> &dyn Backend {
        &self.hub
    }

    fn wipe(&mut self) -> Result<()> {
        self.move_to((self.make)()?)
    }

    fn save(&mut self) -> Result<()> {
        self.saved = Some(self.scratch.copy()?);
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        let Some(saved) = &self.saved else { return Ok(false) };
        let again = saved.copy()?;
        self.move_to(again)?;
        Ok(true)
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(&*self.store)
    }

    fn rows(&self) -> Result<BTreeMap<(String, Id), Stored>> {
        self.scratch.open(&self.schema)?.view(all_rows)
    }
}

/// Everything that a hub serves, read from the beginning. A row comes once, and the
/// digests at the end are the sums of what came.
fn read_feed(hub: &dyn Backend) -> Result<BTreeMap<(String, Id), Stored>> {
    let mut rows = BTreeMap::new();
    let mut sums = Digests::new();
    let mut cursor = Cursor::default();
    loop {
        let limits = hub.limits();
        let (rows_limit, bytes) = (limits.rows, limits.bytes);
        let request = Pull { protocol: PROTOCOL, cursor, rows: rows_limit, bytes };
        let page = block_on(hub.pull(request))?;
        for Change { entity, id, row, .. } in page.changes {
            let sum = sums.entry(entity.clone()).or_default();
            *sum = sum.wrapping_add(row.hash(&entity, id));
            if rows.insert((entity.clone(), id), Stored { row, ..Stored::new(id) }).is_some() {
                return Err(broken(format!("the feed holds {entity} {id} at two places")));
            }
        }
        if page.next == page.head {
            let mut digests = page.digests.unwrap_or_default();
            digests.retain(|_, sum| *sum != 0);
            if digests != sums {
                return Err(broken("the hub's digests are not the sums of its rows".into()));
            }
            return Ok(rows);
        }
        if page.next <= cursor {
            return Err(broken(format!("the feed goes back from {cursor} to {}", page.next)));
        }
        cursor = page.next;
    }
}
