//! The strands of a conversation: the main one, and one for each sub-agent, tied to the
//! call that started it where one is known to have.

use std::collections::{BTreeMap, HashMap};

use super::{
    fold::{Item, Loose, Part, fold},
    gist::{Gist, Voice},
    order::{Link, order},
};

/// The messages that are read in one go: the person's and the agent's, or one
/// sub-agent's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strand {
    /// The sub-agent. None: the main conversation.
    pub(super) agent: Option<Box<str>>,
    pub(super) items: Vec<Item>,
    /// How many messages it has.
    pub(super) messages: usize,
    /// The call that started it, and the strand that the call is in.
    pub(super) caller: Option<(usize, Part)>,
}

/// The strands of all messages of a session: the main one first, then by time.
pub(super) fn strands(gists: &[Gist]) -> Vec<Strand> {
    let groups = groups(gists);
    let callers = callers(gists, &groups);
    let mut strands = Vec::with_capacity(groups.len());
    for (strand, (agent, order)) in groups.iter().enumerate() {
        let started: HashMap<Part, usize> = callers
            .iter()
            .filter(|(_, (from, _))| *from == strand)
            .map(|(started, (_, call))| (*call, *started))
            .collect();
        let loose: Vec<Loose> = (1..groups.len())
            .filter(|it| strand == 0 && !callers.contains_key(it))
            .map(|strand| Loose { strand, at: first_time(gists, &groups[strand].1) })
            .collect();
        strands.push(Strand {
            agent: agent.map(Into::into),
            items: fold(gists, order, &started, &loose),
            messages: order.iter().filter(|it| gists[**it].counts).count(),
            caller: callers.get(&strand).copied(),
        });
    }
    strands
}

type Group<'a> = (Option<&'a str>, Vec<usize>);

/// The messages of each strand, in order.
fn groups(gists: &[Gist]) -> Vec<Group<'_>> {
    let mut by_agent: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::from([(None, Vec::new())]);
    for (place, gist) in gists.iter().enumerate() {
        by_agent.entry(gist.agent.as_deref()).or_default().push(place);
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (agent, places) in by_agent {
        let links: Vec<Link<'_>> = places.iter().map(|it| link(&gists[*it])).collect();
        let ordered = order(&links);
        if agent.is_none() {
            groups.push((None, ordered.into_iter().map(|it| places[it]).collect()));
            continue;
        }
        let begins: Vec<bool> = places.iter().map(|it| gists[*it].begins).collect();
        groups.extend(runs(&links, &begins, &ordered).into_iter().map(|run| {
            let places = run.into_iter().map(|it| places[it]).collect();
            (agent, places)
        }));
    }
    if let Some(agents) = groups.get_mut(1..) {
        agents.sort_by_key(|(_, order)| {
            let first = order.first().map(|it| gists[*it].id);
            (first_time(gists, order), first)
        });
    }
    groups
}

fn link(gist: &Gist) -> Link<'_> {
    let (name, parent) = (gist.name.as_deref(), gist.parent.as_deref());
    Link { id: gist.id, name, parent, at: gist.at, ordinal: gist.ordinal }
}

/// Some agents call all their sub-agents alike: a message that begins one begins another
/// one, and what follows it belongs to it. What comes before the first belongs to that, so
/// there are as many as messages that begin one, but at least one.
fn runs(links: &[Link<'_>], begins: &[bool], ordered: &[usize]) -> Vec<Vec<usize>> {
    let mut run_of: HashMap<&str, usize> = HashMap::new();
    let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
    let mut begun = false;
    for place in ordered {
        let link = links[*place];
        if begins[*place] && std::mem::replace(&mut begun, true) {
            runs.push(Vec::new());
        }
        let last = runs.len() - 1;
        let run = match link.parent.and_then(|it| run_of.get(it)) {
            Some(run) => *run,
            None => last,
        };
        runs[run].push(*place);
        if let Some(name) = link.name {
            run_of.entry(name).or_insert(run);
        }
    }
    runs
}

/// The calls that started the sub-agents: those that asked for just what the sub-agent
/// was told first, each for one.
fn callers(gists: &[Gist], groups: &[Group<'_>]) -> BTreeMap<usize, (usize, Part)> {
    let mut asked: HashMap<u64, Vec<(usize, Part)>> = HashMap::new();
    for (strand, (_, order)) in groups.iter().enumerate() {
        for message in order {
            for (piece, _, _, asks) in gists[*message].calls() {
                let Some(asks) = asks else { continue };
                asked.entry(asks).or_default().push((strand, Part { message: *message, piece }));
            }
        }
    }
    for calls in asked.values_mut() {
        calls.sort_by_key(|(_, call)| std::cmp::Reverse(gists[call.message].at));
    }
    let mut callers = BTreeMap::new();
    for (strand, (_, order)) in groups.iter().enumerate().skip(1) {
        let told = order.iter().map(|it| &gists[*it]).find(|it| it.voice == Voice::Prompt);
        let Some(calls) = told.and_then(|it| asked.get_mut(&it.asks?)) else { continue };
        // A strand that starts the one it is in would never be shown.
        if let Some(free) = calls.iter().rposition(|(from, _)| !leads_to(&callers, *from, strand)) {
            callers.insert(strand, calls.remove(free));
        }
    }
    callers
}

/// Whether `strand` is where the chain of calls to `from` begins or passes.
fn leads_to(callers: &BTreeMap<usize, (usize, Part)>, from: usize, strand: usize) -> bool {
    let mut at = from;
    while at != strand {
        match callers.get(&at) {
            Some((before, _)) => at = *before,
            None => return false,
        }
    }
    true
}

fn first_time(gists: &[Gist], order: &[usize]) -> Option<i64> {
    order.iter().find_map(|it| gists[*it].at)
}
