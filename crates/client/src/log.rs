//! What the program does, step by step, for somebody who looks for a fault. It is off
//! unless `DRIFTLINE_LOG` says how much of it to write, and goes to a file of the profile
//! that its owner alone can read. Ids and sizes are in it, never what rows say, and never
//! a token: so of libraries, which know no better, nothing finer than `debug` is taken.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Mutex,
};

use driftline_private as private;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    Error,
    error::{Context as _, Result},
    profile::Profile,
    variables,
};

const FILE: &str = "driftline.log";
/// From here on a new file is begun; the one before is kept.
const LARGEST: u64 = 8 << 20;
/// How the names of this program's own crates begin.
const OWN: &str = "driftline";

/// Begins to write, if that is wanted.
///
/// # Errors
/// When the variable names no level, or the file cannot be written.
pub fn start(profile: &Profile) -> Result<()> {
    let Some(level) = std::env::var_os(variables::LOG) else { return Ok(()) };
    let level: LevelFilter = level.to_string_lossy().parse().map_err(|_| {
        let accepted = "`off`, `error`, `warn`, `info`, `debug` or `trace`";
        Error::Config(format!("environment variable {}: it takes {accepted}", variables::LOG))
    })?;
    if level == LevelFilter::OFF {
        return Ok(());
    }
    profile.create()?;
    let path = profile.path().join(FILE);
    let file = open(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    // A program that is made of this library may have its own; then that one is used.
    let _it_has_its_own = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .finish()
        .with(taken(level))
        .try_init();
    tracing::debug!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "begun");
    Ok(())
}

/// What of `level` is written.
fn taken(level: LevelFilter) -> Targets {
    Targets::new().with_default(level.min(LevelFilter::DEBUG)).with_target(OWN, level)
}

fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|it| it.len() > LARGEST) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    let file = private::options().create(true).append(true).open(path)?;
    private::tighten(path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{fs::OpenOptions, io::Write as _};

    use tracing::Level;

    use super::*;

    #[test]
    fn what_libraries_say_is_taken_down_to_debug_alone() {
        let trace = taken(LevelFilter::TRACE);
        for own in ["driftline", "driftline_auth::session", "driftline_convex"] {
            assert!(trace.would_enable(own, &Level::TRACE), "{own}");
        }
        for other in ["tungstenite::protocol", "reqwest", "hyper::proto", "log"] {
            assert!(!trace.would_enable(other, &Level::TRACE), "{other}");
            assert!(trace.would_enable(other, &Level::DEBUG), "{other}");
        }
        assert!(!taken(LevelFilter::INFO).would_enable("reqwest", &Level::DEBUG));
    }

    #[test]
    fn a_large_file_gives_way_to_a_new_one_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        open(&path).unwrap().write_all(b"first").unwrap();
        open(&path).unwrap().write_all(b" second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first second");
        OpenOptions::new().write(true).open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        let before = folder.path().join("driftline.log.1");
        assert_eq!(fs::metadata(before).unwrap().len(), LARGEST + 1);
    }
}
