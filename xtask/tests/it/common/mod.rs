//! The workspace as cargo sees it: folders of crates, and what they depend on when
//! they run. Dependencies of tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Whether `pattern` means `folder`. A `*` stands for one folder.
pub(crate) fn fits(pattern: &str, folder: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == folder,
        Some((before, after)) => folder
            .strip_prefix(before)
            .and_then(|it| it.strip_suffix(after))
            .is_some_and(|it| !it.contains('/')),
    }
}

/// What depends on what.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// By cargo's name for the version of a crate.
    crates: BTreeMap<String, Crate>,
}

#[derive(Debug, Default)]
struct Crate {
    name: String,
    /// Its folder below the root, if it is ours.
    folder: Option<String>,
    depends: BTreeSet<String>,
    /// The features that it asks of others itself, as `crate/feature`.
    features: BTreeSet<String>,
}

impl Graph {
    /// What cargo says of this workspace on this kind of machine.
    pub(crate) fn of_workspace() -> Self {
        let root = root();
        let metadata = cargo_metadata(&root);
        let mut graph = Self::default();
        for package in list(&metadata["packages"]) {
            let manifest = Path::new(text(&package["manifest_path"])).parent().unwrap();
            let is_ours = package["source"].is_null();
            let folder = is_ours.then(|| manifest.strip_prefix(&root).unwrap());
            let features = list(&package["dependencies"]).iter().filter(|it| it["kind"].is_null());
            let features = features.flat_map(|it| {
                let on = text(&it["name"]);
                list(&it["features"]).iter().map(move |feature| format!("{on}/{}", text(feature)))
            });
            let found = Crate {
                name: text(&package["name"]).to_owned(),
                folder: folder.map(|it| it.to_str().unwrap().replace('\\', "/")),
                depends: BTreeSet::new(),
                features: features.collect(),
            };
            graph.crates.insert(text(&package["id"]).to_owned(), found);
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let runs = |it: &&Value| list(&it["dep_kinds"]).iter().any(|it| it["kind"] != "dev");
            let depends = list(&node["deps"]).iter().filter(runs).map(|it| text(&it["pkg"]).into());
            graph.crates.get_mut(text(&node["id"])).unwrap().depends = depends.collect();
        }
        graph
    }

    /// The folders of our crates.
    pub(crate) fn folders(&self) -> BTreeSet<String> {
        self.crates.values().filter_map(|it| it.folder.clone()).collect()
    }

    /// The folders of our crates that the one in `folder` names as dependencies.
    pub(crate) fn depends(&self, folder: &str) -> BTreeSet<String> {
        let found = self.crates.values().find(|it| it.folder.as_deref() == Some(folder)).unwrap();
        found.depends.iter().filter_map(|it| self.crates[it].folder.clone()).collect()
    }

    /// The names of all crates that the one in `folder` leads to, and the features that
    /// our own among them ask for. Cargo's own list of features is no help here: it is
    /// the sum of what the whole workspace asks for.
    pub(crate) fn reached(&self, folder: &str) -> BTreeSet<String> {
        let start = self.crates.iter().find(|(_, it)| it.folder.as_deref() == Some(folder));
        let mut open: Vec<&str> = vec![start.unwrap().0];
        let (mut seen, mut reached) = (BTreeSet::new(), BTreeSet::new());
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                let found = &self.crates[id];
                reached.insert(found.name.clone());
                if found.folder.is_some() {
                    reached.extend(found.features.iter().cloned());
                }
                open.extend(found.depends.iter().map(String::as_str));
            }
        }
        reached
    }
}

/// What cargo tells of this workspace and all that it is built from.
pub(crate) fn cargo_metadata(root: &Path) -> Value {
    // Crates for other kinds of machines are not looked at, so that nothing has to be
    // downloaded that the tests were built without.
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let version = Command::new(&cargo).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|it| it.strip_prefix("host: ")).unwrap();
    let output = Command::new(&cargo)
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", host])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The paths of all files that git knows.
pub(crate) fn tracked() -> Vec<String> {
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "git cannot list the files");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let paths = listed.split('\0').filter(|it| root().join(it).is_file());
    paths.map(str::to_owned).collect()
}
