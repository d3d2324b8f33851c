//! What was found. The index is walked from new to old and left as soon as there is
//! enough to show; what is shown is checked against the rows themselves.

use std::collections::HashMap;

use driftline_core::{Id, Millis};
use rusqlite::{Connection, params_from_iter, types::Value as Sql};

use super::{
    facets::{Facets, facets},
    hit::{self, Hit},
    plan::Plan,
    rate::rate,
    snippet::Marks,
};
use crate::{
    Error, Index, Result,
    fill::{place, time_of},
    list::{self, Line},
    names::{self, Kind},
    narrow::Sessions,
    query::Query,
    trouble::Trouble,
};

/// Hits that are looked at: the best are the best of these.
const NEWEST: usize = 1_000;
/// How long somebody who does not wait for ever waits for a search.
const PATIENCE: Millis = 2_000;
/// Sessions on a page.
const GROUPS: usize = 20;
/// Hits of a session until somebody asks for more.
const FIRST: usize = 3;
/// Hits of a session when somebody asked for all.
const MOST: usize = 200;

/// In which order hits are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// The best of the newest thousand first: titles, then phrases, then prompts.
    Best,
}

/// What of the hits is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// In which order.
    pub sort: Sort,
    /// Milliseconds since 1970: from when on a session that nobody ever opened counts
    /// as unread.
    pub unread_since: i64,
    /// Only hits of this session, all of them.
    pub session: Option<Id>,
    /// Only hits before this place ([`Found::older`]).
    pub before: Option<i64>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Hits by session, in order.
    pub groups: Vec<Group>,
    /// How many hits were looked at.
    pub hits: usize,
    /// In how many groups they are.
    pub sessions: usize,
    /// Whether there are older ones: ask for those before this place.
    pub older: Option<i64>,
    /// What could be narrowed to, by the hits that were looked at.
    pub facets: Facets,
    /// Words that nothing has, if nothing was found.
    pub missing: Vec<String>,
    /// About how many rows were not looked at yet.
    pub lag: u64,
}

/// Hits of one session, or a row that belongs to none.
#[derive(Clone, Debug)]
pub struct Group {
    /// The session.
    pub session: Option<Line>,
    /// The first of its hits.
    pub hits: Vec<Hit>,
    /// How many it has among those that were looked at.
    pub total: usize,
}

/// A hit as the index knows it.
pub(super) struct Place {
    pub(super) place: i64,
    pub(super) entity: i64,
    pub(super) id: Id,
    /// The session that stands for its session.
    pub(super) session: Option<i64>,
    pub(super) model: Option<i64>,
    /// What its agent's record and all copies of it have in common.
    record: Option<i64>,
    /// Whether its session says that it is a fork, when it began, and what tells it from
    /// others of the same moment.
    began: Option<(bool, i64, [u8; 16])>,
    pub(super) better: u32,
}

impl Index {
    /// Searches.
    ///
    /// # Errors
    /// [`Error::Misread`] if the index has nothing called what was asked for;
    /// or when the index or the rows cannot be read.
    pub fn search(&self, query: &Query, options: &Options) -> Result<Found> {
        if query.is_empty() {
            return Ok(Found { lag: self.lag()?, ..Found::default() });
        }
        let lag = self.freshen()?;
        let patience = self.patience.at_most(PATIENCE);
        let looked = self.read(&patience, |it| look(it, query, options))?;
        let marks = Marks::of(query);
        let mut found = Found { lag, ..looked.found };
        let (all, most) = match options.session {
            Some(_) => (1, MOST),
            None => (GROUPS, FIRST),
        };
        // In one transaction: what a page shows was true at one moment.
        let groups = self.replica().read(|tx| {
            let mut groups = Vec::new();
            for (session, places) in looked.groups.into_iter().take(all) {
                let mut hits = Vec::new();
                for place in places.iter().take(most) {
                    if patience.is_over() {
                        return Ok(None);
                    }
                    let entity = looked.entities.get(&place.entity).map_or("", String::as_str);
                    let schema = self.replica().schema();
                    hits.extend(hit::read(tx, schema, entity, place.id, query, &marks)?);
                }
                if !hits.is_empty() {
                    groups.push(Group { session, hits, total: places.len() });
                }
            }
            Ok(Some(groups))
        })?;
        found.groups = groups.ok_or(Error::TooLong)?;
        Ok(found)
    }
}

/// What the index says.
struct Looked {
    found: Found,
    groups: Vec<(Option<Line>, Vec<Place>)>,
    entities: HashMap<i64, String>,
}

fn look(
    index: &Connection,
    query: &Query,
    options: &Options,
) -> std::result::Result<Looked, Trouble> {
    let plan = Plan::of(index, query, options.unread_since)?;
    let mut places = walk(index, &plan, query, options)?;
    let more = places.len() > NEWEST;
    places.truncate(NEWEST);
    let older = places.iter().map(|it| it.place).min();
    let mut places = once(places);
    let mut found = Found { hits: places.len(), ..Found::default() };
    if options.sort == Sort::Best {
        rate(index, query, &mut places)?;
        // Sorting keeps the order of equals, which is newest first.
        places.sort_by_key(|it| std::cmp::Reverse(it.better));
    }
    if places.is_empty() {
        for (expression, typed) in &plan.alone {
            let mut any =
                index.prepare_cached("SELECT 1 FROM words WHERE words MATCH ?1 LIMIT 1")?;
            if !any.exists([expression])? {
                found.missing.push(typed.clone());
            }
        }
    }
    let entities = names::all(index, Kind::Entity)?.into_iter().collect();
    found.facets = facets(index, &places)?;
    let mut order: Vec<(Option<i64>, Vec<Place>)> = Vec::new();
    let mut at: HashMap<i64, usize> = HashMap::new();
    for place in places {
        match place.session {
            Some(session) => {
                let group = *at.entry(session).or_insert(order.len());
                if group == order.len() {
                    order.push((Some(session), Vec::new()));
                }
                order[group].1.push(place);
            }
            None => order.push((None, vec![place])),
        }
    }
    found.sessions = order.len();
    found.older = match options.sort {
        _ if options.session.is_some() => None,
        // The next page begins with the first hit that this one has no room for.
        Sort::Newest if order.len() > GROUPS => {
            order[GROUPS].1.first().map(|it| it.place.saturating_add(1))
        }
        Sort::Newest | Sort::Best => older.filter(|_| more),
    };
    let mut groups = Vec::new();
    for (session, places) in order.into_iter().take(GROUPS) {
        let line = session.map(|it| list::line(index, it)).transpose()?.flatten();
        groups.push((line, places));
    }
    Ok(Looked { found, groups, entities })
}

/// Hits without the copies that forks have of them: each in the session that began first.
fn once(places: Vec<Place>) -> Vec<Place> {
    let key = |it: &Place| it.record.map(|record| (time_of(it.place), record));
    let mut first = HashMap::new();
    for place in &places {
        if let Some(key) = key(place) {
            let began = first.entry(key).or_insert(place.began);
            *began = place.began.min(*began);
        }
    }
    let is_first = |it: &Place| {
        key(it).is_none_or(|key| first.get(&key).is_none_or(|began| *began == it.began))
    };
    places.into_iter().filter(is_first).collect()
}

/// The newest hits.
fn walk(
    index: &Connection,
    plan: &Plan,
    query: &Query,
    options: &Options,
) -> rusqlite::Result<Vec<Place>> {
    let Sessions { sql, values } = &plan.sessions;
    // A row without a session is none of the sessions that are asked for.
    let outside = if sql.is_empty() { "docs.session IS NULL OR " } else { "" };
    let only = options.session.map(|_| " AND shown.id = ?");
    // CROSS JOIN keeps the order: the words are walked, the rest is looked up.
    let sql = format!(
        "SELECT docs.place, docs.entity, docs.id, shown.number, docs.model, docs.record, \
         shown.fork IS NOT NULL, shown.born_at, shown.id FROM words \
         CROSS JOIN docs ON docs.place = words.rowid \
         LEFT JOIN sessions AS own ON own.number = docs.session \
         LEFT JOIN sessions AS shown ON shown.number = own.stands \
         WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? \
         AND ({outside}(shown.known = 1 AND shown.hidden = 0{sql})){} \
         ORDER BY words.rowid DESC LIMIT {}",
        only.unwrap_or_default(),
        NEWEST + 1,
    );
    let mut all: Vec<Sql> = vec![
        plan.expression.clone().into(),
        place(query.from.unwrap_or(0)).into(),
        options.before.unwrap_or(i64::MAX).min(query.to.map_or(i64::MAX, place)).into(),
    ];
    all.extend(values.iter().cloned());
    all.extend(options.session.map(|it| Sql::Blob(it.to_bytes().to_vec())));
    let mut select = index.prepare_cached(&sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        let forked = row.get(6)?;
        Ok(Place {
            place: row.get(0)?,
            entity: row.get(1)?,
            id: Id::from_bytes(row.get(2)?),
            session: row.get(3)?,
            model: row.get(4)?,
            record: row.get(5)?,
            began: row.get::<_, Option<_>>(7)?.zip(row.get(8)?).map(|it| (forked, it.0, it.1)),
            better: 0,
        })
    };
    select.query_map(params_from_iter(all), read)?.collect()
}

impl Options {
    /// What is usual at `now`.
    pub fn at(now: Millis) -> Self {
        Self { unread_since: list::unread_since(now), ..Self::default() }
    }
}
