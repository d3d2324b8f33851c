//! What is measured, in the order in which it is shown.

mod changes;
mod first_sync;
mod import;
mod merge;
mod read;
mod reconnect;
mod search;
mod start;
mod transcripts;
mod write;

pub(crate) use self::start::print_plain;
use crate::scenario::Scenario;

/// What is always measured.
pub(crate) static ALL: &[Scenario] = &[
    write::SINGLE,
    write::BULK,
    import::ROWS,
    transcripts::TRANSCRIPTS,
    first_sync::UP,
    first_sync::DOWN,
    first_sync::SNAPSHOT,
    changes::ONE,
    changes::HUNDRED,
    changes::OFFLINE,
    changes::LARGE_QUEUE,
    merge::MERGE,
    reconnect::STORM,
    read::GET,
    read::LIST,
    search::SEARCH,
];

/// What starts the program.
pub(crate) static START: &[Scenario] = &[start::LIST, start::STATUS, start::GET];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;

    /// A bench that is broken is noticed when somebody wants to know.
    #[test]
    fn every_scenario_can_be_played() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage { folder: folder.path().to_owned(), rows: 1_000, run: 0, program: None };
        let mut ready = Vec::new();
        for scenario in ALL {
            for prepared in scenario.needs {
                for it in prepared.needs().iter().chain([prepared]) {
                    if !ready.contains(it) {
                        ready.push(*it);
                        it.make(&stage).unwrap();
                    }
                }
            }
            for play in [scenario.ours, scenario.bare] {
                let seconds = play(&stage).unwrap().cost;
                assert!(seconds > 0.0 && seconds.is_finite(), "{}: {seconds}", scenario.name);
            }
        }
        let mut names: Vec<_> = ALL.iter().chain(START).map(|it| it.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len() + START.len(), "each has a name of its own");
    }
}
