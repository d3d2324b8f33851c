//! `cargo xtask new-entity NAME`: a crate of one short file, and the three lines that
//! link it. Everything is checked and prepared before the first file is written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use driftline_core::{EntityDescriptor, Policy, Schema};

const WORKSPACE: &str = "Cargo.toml";
const ALL_MANIFEST: &str = "crates/entities/all/Cargo.toml";
const ALL_SOURCE: &str = "crates/entities/all/src/lib.rs";

/// Adds the entity `name` to the repository at `root`, and says what it did.
pub(crate) fn run(root: &Path, name: &str) -> Result<()> {
    for file in scaffold(root, name)? {
        println!("{} {}", if file.new { "created" } else { "changed" }, file.path.display());
    }
    let package = Names::of(name)?.package;
    println!("\nNext:");
    println!("1. Describe the fields in crates/entities/{name}/src/lib.rs.");
    println!("2. Check that all fits: cargo test -p {package} -p driftline-entities");
    println!("3. Use it: cargo run --release -- list {name}");
    Ok(())
}

/// A file that was written.
#[derive(Debug, PartialEq)]
struct Written {
    path: PathBuf,
    new: bool,
}

/// Writes the crate of the entity `name` below `root` and links it.
fn scaffold(root: &Path, name: &str) -> Result<Vec<Written>> {
    let names = Names::of(name)?;
    let Names { package, module, .. } = &names;
    let folder = Path::new("crates/entities").join(name);
    for taken in [folder.as_path(), &Path::new("examples").join(name)] {
        let help = "choose another name, or edit what is there";
        ensure!(!root.join(taken).exists(), "{} exists already; {help}", taken.display());
    }
    let path = format!("{package} = {{ path = \"crates/entities/{name}\", version = \"0.1.0\" }}");
    let dependency = format!("{package}.workspace = true");
    let link = format!("pub use {module} as {name};");
    let files = [
        (folder.join("Cargo.toml"), names.manifest(), true),
        (folder.join("src/lib.rs"), names.source(), true),
        edit(root, WORKSPACE, "[workspace.dependencies]", "driftline-", &path)?,
        edit(root, ALL_MANIFEST, "[dependencies]", "driftline-", &dependency)?,
        edit(root, ALL_SOURCE, "", "pub use driftline_", &link)?,
    ];
    let source = root.join(&folder).join("src");
    fs::create_dir_all(&source).with_context(|| format!("cannot create {}", source.display()))?;
    let write = |(path, text, new): (PathBuf, String, bool)| {
        fs::write(root.join(&path), text)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Written { path, new })
    };
    files.into_iter().map(write).collect()
}

/// The file at `path` with `line` added, see [`insert`].
fn edit(
    root: &Path,
    path: &str,
    section: &str,
    prefix: &str,
    line: &str,
) -> Result<(PathBuf, String, bool)> {
    let text =
        fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
    let text =
        insert(&text, section, prefix, line).with_context(|| format!("cannot edit {path}"))?;
    Ok((path.into(), text, false))
}

/// Adds `line` to its neighbours, the lines after `section` that start with `prefix`,
/// in the order of the names that follow the prefix. An empty section is the whole text.
fn insert(text: &str, section: &str, prefix: &str, line: &str) -> Result<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let start = if section.is_empty() {
        0
    } else {
        let header = lines.iter().position(|it| it.trim() == section);
        header.with_context(|| format!("there is no line `{section}`"))? + 1
    };
    let end = lines.iter().skip(start).position(|it| !section.is_empty() && it.starts_with('['));
    let end = end.map_or(lines.len(), |it| start + it);
    let name = name_after(prefix, line).context("the new line does not start like the others")?;
    let mut place = None;
    for (number, neighbour) in lines.iter().enumerate().take(end).skip(start) {
        let Some(other) = name_after(prefix, neighbour) else { continue };
        if other == name {
            bail!("it has this line already: `{neighbour}`; choose another name");
        }
        if other < name || place.is_none() {
            place = Some(if other < name { number + 1 } else { number });
        }
    }
    let place = place.with_context(|| format!("no line starts with `{prefix}`"))?;
    lines.insert(place, line);
    Ok(lines.join("\n") + "\n")
}

/// The name that follows `prefix` at the start of `line`.
fn name_after<'a>(prefix: &str, line: &'a str) -> Option<&'a str> {
    let rest = line.strip_prefix(prefix)?;
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    Some(rest.split(|it| !is_name(it)).next().unwrap_or(rest))
}

/// What an entity is called in the places where it has a name.
#[derive(Debug, PartialEq)]
struct Names {
    /// On every replica: `work_items`.
    entity: String,
    /// For cargo: `driftline-work-items`.
    package: String,
    /// For other crates: `driftline_work_items`.
    module: String,
    /// The struct: `WorkItem`.
    ident: String,
}

impl Names {
    fn of(name: &str) -> Result<Self> {
        ensure!(
            is_free(name),
            "`{}` cannot name an entity; choose another name, of lower-case letters, digits and \
             `_`, starting with a letter",
            driftline_core::excerpt(name)
        );
        ensure!(
            name.ends_with('s'),
            "`{name}` is not a plural; a table holds many rows, so name it `{name}s`"
        );
        let ident = camel_case(&singular(name));
        // Names that mean something else inside the new file or in front of `pub use`.
        if name == "as" || ["", "Self", "Option", "String"].contains(&ident.as_str()) {
            bail!("`{name}` means something in Rust; choose another name");
        }
        Ok(Self {
            entity: name.into(),
            package: format!("driftline-{}", name.replace('_', "-")),
            module: format!("driftline_{name}"),
            ident,
        })
    }

    fn manifest(&self) -> String {
        let Self { entity, package, .. } = self;
        format!(
            r#"[package]
name = "{package}"
description = "The {entity} entity"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
readme.workspace = true
keywords = ["local-first", "sync"]
categories = ["database"]

[dependencies]
driftline-core.workspace = true
driftline-derive.workspace = true

[lints]
workspace = true

[package.metadata.docs.rs]
all-features = true
targets = ["x86_64-unknown-linux-gnu"]
"#
        )
    }

    fn source(&self) -> String {
        let Self { entity, ident, .. } = self;
        let words = entity.replace('_', " ");
        format!(
            r#"//! What the {words} are for, in a sentence.

use driftline_derive::SyncEntity;

/// One of the {words}: people read this sentence, so say what it is.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "{entity}")]
pub struct {ident} {{
    /// What people call it.
    pub title: Option<String>,
}}
"#
        )
    }
}

/// Whether the engine lets an entity have this name.
fn is_free(name: &str) -> bool {
    // A schema borrows its entities for good, and this program ends in a moment.
    let name: &'static str = String::from(name).leak();
    let entity: &'static EntityDescriptor = Box::leak(Box::new(EntityDescriptor {
        name,
        doc: "",
        fields: &[],
        natural_key: &[],
        policy: Policy::Editable,
    }));
    Schema::of([entity]).is_ok()
}

/// One of several. A guess: whoever knows better renames the struct.
fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let hisses = |it: &&str| ["ss", "x", "ch", "sh"].iter().any(|end| it.ends_with(end));
    let stem = name.strip_suffix("es").filter(hisses).or_else(|| name.strip_suffix('s'));
    stem.unwrap_or(name).into()
}

fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|it| it.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests;
