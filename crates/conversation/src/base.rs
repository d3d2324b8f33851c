//! Forks without a copy. Some agents begin a fork with nothing but a pointer: whose
//! conversation it goes on with, and up to where. What was said there is read with it.

use std::collections::BTreeSet;

use driftline_core::{
    Id, Result, SyncEntity as _, Value, alias,
    store::{Find, ReadTx},
    view,
};
use driftline_entities::{
    messages::{Message, block::Block},
    sessions::Session,
};

use crate::gist::Gist;

/// Forks of forks that are followed.
const DEPTH: usize = 64;

/// What a fork goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// What the agent calls the other session.
    of: Box<str>,
    /// The number of the first message there that is no part of the fork.
    until: i64,
}

impl Base {
    /// What a block says of it. One that does not say up to where is of an agent that copied
    /// all of it.
    pub(super) fn of(block: &Block<'_>) -> Option<Self> {
        let Block::Notice { kind: "fork", details } = block else { return None };
        let of = details.get("of")?.as_str()?.into();
        Some(Self { of, until: details.get("until")?.as_i64()? })
    }
}

/// Adds to the messages of `session` those of the sessions that it goes on with. Returns
/// these sessions; none stands for one that is not here.
pub(super) fn inherit(
    tx: &dyn ReadTx,
    session: Id,
    gists: &mut Vec<Gist>,
    mut load: impl FnMut(Id) -> Result<Vec<Gist>>,
) -> Result<Vec<Option<Id>>> {
    let mut kin = Vec::new();
    let mut seen = BTreeSet::from([session]);
    let (mut of, mut forked) = (session, base(gists));
    while let Some((base, at)) = forked.take() {
        let found = named(tx, of, &base.of)?;
        kin.push(found);
        let Some(parent) = found.filter(|it| kin.len() <= DEPTH && seen.insert(*it)) else { break };
        let all = load(parent)?;
        // What the other one goes on with is part of this one no further than it itself is.
        let next =
            self::base(&all).map(|(it, at)| (Base { until: it.until.min(base.until), ..it }, at));
        gists.extend(before(all, &base, at));
        (of, forked) = (parent, next);
    }
    Ok(kin)
}

/// The pointer among messages, and when the fork was made.
fn base(gists: &[Gist]) -> Option<(Base, Option<i64>)> {
    gists.iter().find_map(|it| Some((it.base.as_deref()?.clone(), it.at)))
}

/// What of a session was said before a fork of it. Messages of sub-agents have numbers of
/// their own: those are part of it that are older than the last that is.
fn before(all: Vec<Gist>, base: &Base, forked: Option<i64>) -> impl Iterator<Item = Gist> {
    let earlier =
        |it: &Gist, than: Option<i64>| it.at.zip(than).is_none_or(|(it, than)| it <= than);
    let until = base.until;
    let inside = move |it: &Gist| it.ordinal.map_or(earlier(it, forked), |it| it < until);
    let last =
        all.iter().filter(|it| it.agent.is_none() && inside(it)).filter_map(|it| it.at).max();
    all.into_iter()
        .filter(move |it| it.base.is_none())
        .filter(move |it| if it.agent.is_none() { inside(it) } else { earlier(it, last) })
        .map(|it| Gist { inherited: true, ..it })
}

/// The session that the agent of `of` calls `name`.
fn named(tx: &dyn ReadTx, of: Id, name: &str) -> Result<Option<Id>> {
    let sessions = tx.schema().entity(Session::NAME)?;
    let Some(here) = view::view(tx, sessions, of)? else { return Ok(None) };
    let source = here.value("source").cloned();
    let called = view::list(tx, sessions, &Find::new().equal("external_id", name))?;
    let found = called.into_iter().find(|it| it.value("source") == source.as_ref());
    let Some(found) = found else { return Ok(None) };
    Ok(alias::class(tx, Session::NAME, found.id)?.first().copied().or(Some(found.id)))
}

/// Whether a changed row may change what a conversation inherits: a message of a session that
/// it goes on with, or, while one is not here, any session.
pub(super) fn concerns(tx: &dyn ReadTx, kin: &[Option<Id>], entity: &str, id: Id) -> Result<bool> {
    match entity {
        Session::NAME => Ok(kin.iter().any(|it| it.is_none_or(|it| it == id))),
        Message::NAME => {
            let Some(row) = view::view(tx, tx.schema().entity(Message::NAME)?, id)? else {
                return Ok(true);
            };
            let named = row.value("session").and_then(Value::as_str);
            let named: Option<Id> = named.and_then(|it| it.parse().ok());
            Ok(named.is_some_and(|it| kin.contains(&Some(it))))
        }
        _ => Ok(false),
    }
}
