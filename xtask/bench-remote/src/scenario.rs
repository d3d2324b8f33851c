//! One thing that is measured, on both sides.

use anyhow::Result;
use xtask_bench::{reading::Reading, report::Named};

use crate::{
    bucket,
    postgres::{self, Server},
    stage::{Prepared, Stage},
};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Remote {
    /// PostgreSQL, a server that is started for it
    Postgres,
    /// A bucket, sealed, in a folder
    Bucket,
}

/// One thing that is measured.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) named: Named,
    /// What both sides begin with.
    pub(crate) needs: &'static [Prepared],
    /// Measures the engine.
    pub(crate) ours: Play,
    /// Measures the bare limit.
    pub(crate) bare: Play,
}

/// One side of a scenario.
type Play = fn(&Stage) -> Result<Reading>;

impl Remote {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Bucket => "bucket",
        }
    }

    /// What it is compared with.
    pub(crate) fn bare(self) -> &'static str {
        match self {
            Self::Postgres => "bare COPY",
            Self::Bucket => "bare object",
        }
    }

    pub(crate) fn scenarios(self) -> &'static [Scenario] {
        match self {
            Self::Postgres => postgres::ALL,
            Self::Bucket => bucket::ALL,
        }
    }

    /// What has to run while it is measured.
    pub(crate) fn start(self) -> Result<Option<Server>> {
        self.start_with("")
    }

    fn start_with(self, options: &str) -> Result<Option<Server>> {
        match self {
            Self::Postgres => Server::start(options).map(Some),
            Self::Bucket => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play_all(remote: Remote) {
        let (folder, server) =
            (tempfile::tempdir().unwrap(), remote.start_with("-c fsync=off").unwrap());
        let server = server.as_ref().map(|it| it.folder().to_owned());
        let stage = Stage { folder: folder.path().to_owned(), rows: 300, run: 0, server };
        let mut ready = Vec::new();
        for scenario in remote.scenarios() {
            for prepared in scenario.needs {
                prepared.make_once(&mut ready, &mut |it| it.make(&stage)).unwrap();
            }
            for play in [scenario.ours, scenario.bare] {
                let cost = play(&stage).unwrap().cost;
                assert!(cost > 0.0 && cost.is_finite(), "{}: {cost}", scenario.named.name);
            }
        }
    }

    /// A bench that is broken is noticed when somebody wants to know.
    #[test]
    fn every_scenario_of_a_bucket_can_be_played() {
        play_all(Remote::Bucket);
    }

    #[test]
    fn every_scenario_of_a_database_can_be_played() {
        play_all(Remote::Postgres);
    }
}
