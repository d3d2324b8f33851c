//! What the profiles of a place sync with, and what runs for it.

mod cloud;

use std::{fs, str::FromStr};

use anyhow::{Error, Result, bail};
use driftline_testing::PostgresServer;

use crate::place::Place;
use cloud::Cloud;

/// The remote's file or folder, in a place.
pub(crate) const REMOTE: &str = "shared";

/// What the profiles of a place sync with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remote {
    /// A SQLite file.
    Sqlite,
    /// A bucket in a folder, not sealed.
    Bucket,
    /// A database of a PostgreSQL server on this machine.
    Postgres,
    /// Somebody's account at a local Convex deployment.
    Convex,
}

impl Remote {
    const ALL: [Self; 4] = [Self::Sqlite, Self::Bucket, Self::Postgres, Self::Convex];

    /// Its name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Bucket => "bucket",
            Self::Postgres => "postgres",
            Self::Convex => "convex",
        }
    }
}

impl FromStr for Remote {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some(found) = Self::ALL.into_iter().find(|it| it.name() == text) else {
            let known = Self::ALL.map(Self::name).join(", ");
            bail!("`{text}` is no remote that can be tried; there are {known}");
        };
        Ok(found)
    }
}

/// What runs for the remotes of places.
pub(crate) enum Service {
    /// Nothing: each is a SQLite file.
    Sqlite,
    /// Nothing: each is a folder.
    Bucket,
    /// A server, with a database for each place.
    Postgres(PostgresServer),
    /// A deployment, with an account for each place.
    Convex(Box<Cloud>),
}

impl Service {
    /// Starts what `remote` needs.
    pub(crate) fn start(remote: Remote) -> Result<Self> {
        Ok(match remote {
            Remote::Sqlite => Self::Sqlite,
            Remote::Bucket => Self::Bucket,
            Remote::Postgres => Self::Postgres(PostgresServer::start()),
            Remote::Convex => Self::Convex(Box::new(Cloud::start()?)),
        })
    }

    /// Makes the remote of a place. `number`: no other place has it.
    pub(crate) fn prepare(&self, place: &Place, number: u64) -> Result<()> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Bucket => Ok(fs::create_dir(place.path(REMOTE))?),
            Self::Postgres(server) => {
                server.create(&database(number));
                Ok(())
            }
            Self::Convex(cloud) => cloud.receive(number),
        }
    }

    /// Lets a profile meet the remote of its place as far as a person has to be there, and
    /// returns the words that do the rest.
    pub(crate) fn introduce(
        &self,
        place: &Place,
        profile: &str,
        number: u64,
    ) -> Result<Vec<String>> {
        let file = place.path(REMOTE);
        let words = match self {
            Self::Sqlite => {
                vec!["connect".into(), "sqlite".into(), format!("path={}", file.display())]
            }
            Self::Bucket => {
                let url = format!("url=file://{}", file.display());
                vec!["connect".into(), "bucket".into(), url, "sealed=false".into()]
            }
            Self::Postgres(server) => {
                let url = format!("url={}", server.address("postgres", &database(number)));
                vec!["connect".into(), "postgres".into(), url]
            }
            Self::Convex(cloud) => {
                cloud.sign_in(place, profile)?;
                vec!["sign-in".into()]
            }
        };
        Ok(words.into_iter().chain(["--yes".into()]).collect())
    }

    /// Whether a first merge that is done is an error when it is asked for again.
    pub(crate) fn merges_once(&self) -> bool {
        matches!(self, Self::Convex(_))
    }

    /// Whether the remote of a place can be put back to an older copy.
    pub(crate) fn can_be_put_back(&self) -> bool {
        matches!(self, Self::Sqlite | Self::Postgres(_))
    }

    /// Copies the remote of a place, or puts it back to that copy.
    pub(crate) fn copy(&self, place: &Place, number: u64, is_back: bool) -> Result<()> {
        match self {
            Self::Sqlite => copy_file(place, is_back),
            Self::Postgres(server) => {
                let (here, older) = (database(number), format!("older{number}"));
                let (from, to) = if is_back { (older, here) } else { (here, older) };
                server.copy(&from, &to);
                Ok(())
            }
            Self::Bucket | Self::Convex(_) => Ok(()),
        }
    }

    /// Whether what the remote of a place is stored in is sound.
    pub(crate) fn examine(&self, place: &Place) -> Result<()> {
        match self {
            Self::Sqlite => crate::place::sound(&place.path(REMOTE)),
            Self::Bucket | Self::Postgres(_) | Self::Convex(_) => Ok(()),
        }
    }
}

fn database(number: u64) -> String {
    format!("place{number}")
}

/// What lies beside a database.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

fn copy_file(place: &Place, is_back: bool) -> Result<()> {
    let at = |name: &str, part: &str| place.path(&format!("{name}{part}"));
    let (from, to) = if is_back { ("older", REMOTE) } else { (REMOTE, "older") };
    for part in PARTS {
        let _none_yet = fs::remove_file(at(to, part));
        if part != "-shm" && at(from, part).exists() {
            fs::copy(at(from, part), at(to, part))?;
        }
    }
    Ok(())
}
