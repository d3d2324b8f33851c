//! What a device knows of its hub: whose rows it serves, and how far it was read.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Cursor, Digests, Error, Identity, Page, Result, Seq, SignInCause,
    store::{ReadMeta, WriteMeta, meta},
};

const LINK: &str = "link";
/// Apart from the rest, because every call needs that and only an answer needs these.
const DIGESTS: &str = "link.digests";
const WHAT: &str = "what this device knows of its hub";

/// What a device knows of its hub. Empty until the first answer binds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Whose rows the hub serves.
    pub identity: Option<Identity>,
    /// Everything up to here has been adopted.
    pub cursor: Cursor,
    /// How often the cursor was set back, or stayed where it was though rows left the queue,
    /// so that an answer to a call made before can be told from one made after.
    pub resets: u64,
    /// The state of the hub at which both sides were last found to differ and
    /// everything was exchanged again.
    pub healed: Option<HubState>,
    /// What came of the last comparison of both sides.
    pub compared: Option<Compared>,
    /// The sum of what the hub last held of each row, per entity.
    #[serde(skip)]
    pub digests: Digests,
}

/// What came of comparing both sides. It is stored as a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(HubState, Vec<String>)", into = "(HubState, Vec<String>)")]
pub struct Compared {
    /// The state of the hub.
    pub state: HubState,
    /// The entities that differed.
    pub differ: Vec<String>,
}

impl From<(HubState, Vec<String>)> for Compared {
    fn from((state, differ): (HubState, Vec<String>)) -> Self {
        Self { state, differ }
    }
}

impl From<Compared> for (HubState, Vec<String>) {
    fn from(Compared { state, differ }: Compared) -> Self {
        (state, differ)
    }
}

/// What a hub holds, as far as it can be told apart: its head alone would not do, for a
/// hub that was put back can come to the same head with other rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubState {
    /// Its head.
    pub head: Seq,
    /// The sum of its digests.
    pub sum: u64,
}

/// What a call was made with. An answer counts only while this still holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Whose rows the hub served.
    pub identity: Option<Identity>,
    /// The cursor.
    pub cursor: Cursor,
    /// [`Link::resets`].
    pub resets: u64,
}

impl Position {
    /// What a call is made with once `page`, which was asked for here, is adopted.
    pub(crate) fn after(&self, page: &Page) -> Self {
        Self { identity: Some(page.identity.clone()), cursor: page.next, resets: self.resets }
    }
}

/// What this device knows of its hub.
///
/// # Errors
/// When the store cannot be read.
pub fn link(tx: &dyn ReadMeta) -> Result<Link> {
    let link: Link = meta::load(tx, LINK, WHAT)?.unwrap_or_default();
    Ok(Link { digests: meta::load(tx, DIGESTS, WHAT)?.unwrap_or_default(), ..link })
}

/// What a call made now is made with.
///
/// # Errors
/// When the store cannot be read.
pub fn position(tx: &dyn ReadMeta) -> Result<Position> {
    Ok(meta::load::<Link>(tx, LINK, WHAT)?.unwrap_or_default().position())
}

impl Link {
    /// What a call made now is made with.
    pub fn position(&self) -> Position {
        Position { identity: self.identity.clone(), cursor: self.cursor, resets: self.resets }
    }

    pub(super) fn store(&self, tx: &mut dyn WriteMeta) -> Result<()> {
        meta::save(tx, LINK, WHAT, self)?;
        meta::save(tx, DIGESTS, WHAT, &self.digests)
    }

    /// Replaces what the hub holds of a row, `was` by `now`, in its entity's digest.
    pub(super) fn replace(&mut self, entity: &str, was: u64, now: u64) {
        if was != now {
            let sum = self.digests.entry(entity.to_owned()).or_default();
            *sum = sum.wrapping_sub(was).wrapping_add(now);
        }
    }

    /// Notes where the hub's head is. One that moved on since everything was exchanged again may
    /// be put back to the state it had then, and then everything must be once more.
    pub(super) fn note_head(&mut self, head: Seq) {
        self.healed = self.healed.filter(|it| it.head == head);
    }

    /// Compares what the hub says it holds with what this device thinks it holds. Only
    /// meaningful at equal heads. Entities that the hub says nothing about are left out;
    /// those that this device does not know are compared, too, for it keeps their rows.
    /// `blind`: the hub holds a row whose hash cannot be told, so unequal sums say nothing.
    pub(super) fn compare(&mut self, head: Seq, digests: &Digests, blind: bool) {
        let differ: BTreeSet<&String> = digests
            .iter()
            .filter(|(entity, sum)| self.digests.get(*entity).copied().unwrap_or(0) != **sum)
            .map(|(entity, _)| entity)
            .collect();
        if differ.is_empty() {
            self.healed = None;
        } else if blind {
            self.compared = None;
            return;
        }
        let sum = digests.values().fold(0, |sum: u64, it| sum.wrapping_add(*it));
        let (state, differ) = (HubState { head, sum }, differ.into_iter().cloned().collect());
        self.compared = Some(Compared { state, differ });
    }

    /// Whether `page` comes from the hub that this device is bound to.
    ///
    /// # Errors
    /// [`Error::SignIn`] when it serves another account of another person.
    pub(super) fn check(&self, page: &Page) -> Result<Met> {
        let met = &page.identity;
        let Some(bound) = &self.identity else { return Ok(Met::First) };
        if met.account != bound.account && met.person != bound.person {
            let why = SignInCause::WrongAccount { bound: bound.person.clone() };
            return Err(Error::SignIn { remote: met.person.clone(), why });
        }
        let same = met.account == bound.account && met.epoch == bound.epoch;
        Ok(if same && self.cursor <= page.head { Met::Same } else { Met::Changed })
    }
}

/// What the hub of a page is to a device.
pub(super) enum Met {
    /// The first hub it meets.
    First,
    /// The one it knows.
    Same,
    /// The one it knows, wiped (this person's, with another account or epoch) or restored from a
    /// backup.
    Changed,
}
