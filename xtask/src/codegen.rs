//! `cargo xtask codegen`: the files that follow from the entities' descriptors and from
//! the rules of merging. They are committed, so that the functions of a deployment can be
//! read and tested without Rust; `--check` says which are stale.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use driftline_convergence::vectors;
use driftline_core::{EntityDescriptor, Schema};
use driftline_entities as _;

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a file is not as it would be written
    #[arg(long)]
    check: bool,
}

/// A file that is generated: its path from the root, and what is in it.
type Generated = (&'static str, String);

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let files = files(root)?;
    if options.check {
        return check(root, &files);
    }
    for (path, text) in files {
        let place = root.join(path);
        if fs::read_to_string(&place).is_ok_and(|it| it == text) {
            println!("unchanged {path}");
            continue;
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&place, text).with_context(|| format!("cannot write {path}"))?;
        println!("written   {path}");
    }
    Ok(())
}

/// Every generated file.
fn files(root: &Path) -> Result<Vec<Generated>> {
    let entities = own_entities(root)?;
    let tables = driftline_codegen::typescript(entities.iter().copied())?;
    Ok(vec![
        (driftline_codegen::PATH, tables),
        ("convex/tests/vectors/numbers.json", vectors::number_vectors()?),
        ("convex/tests/vectors/joins.json", vectors::join_vectors()?),
        ("convex/tests/vectors/hub.json", vectors::hub_vectors(&entities)?),
    ])
}

/// Fails if a file is not as it would be written.
fn check(root: &Path, files: &[Generated]) -> Result<()> {
    let stale = files
        .iter()
        .filter(|(path, text)| !fs::read_to_string(root.join(path)).is_ok_and(|it| it == *text));
    let stale: Vec<_> = stale.map(|(path, _)| *path).collect();
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask codegen` and commit the result", stale.join(", "));
    }
    Ok(())
}

/// The entities of this repository: those with a folder in `crates/entities`. Others are
/// linked into this program as well, such as the example's, which syncs with a deployment
/// of its own.
fn own_entities(root: &Path) -> Result<Vec<&'static EntityDescriptor>> {
    let folder = root.join("crates/entities");
    let is_ours = |it: &&EntityDescriptor| folder.join(it.name).join("Cargo.toml").is_file();
    Ok(Schema::registered()?.entities().iter().copied().filter(is_ours).collect())
}

#[cfg(test)]
mod tests;
