//! Builds the program of the deployment once. Node would otherwise read some thousand files
//! and translate TypeScript whenever a test starts one, which takes longer than most tests.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    Error,
    install::{changed, lock},
};

/// What is built, in the folder `convex`.
const SOURCES: [&str; 2] = ["local", "functions"];

/// Where it goes, in the same folder.
const BUILT: &str = ".built";

/// Left outside: the engine is looked up where it was installed, and it shares the classes of
/// `convex` with the functions.
const OUTSIDE: [&str; 3] = ["convex", "convex/*", "convex-test"];

/// Packages in CommonJS load parts of Node this way.
const REQUIRE: &str =
    "import { createRequire as of } from 'node:module'; const require = of(import.meta.url);";

/// Builds `local` and `functions` of the folder `convex`, whose packages are installed, if
/// there is no program or a source is newer. A file lock makes others wait meanwhile.
///
/// # Errors
/// If a source cannot be built; what is wrong with it was printed.
pub fn build(convex: &Path) -> Result<(), Error> {
    let sources = sources(convex)?;
    if is_current(convex, &sources) {
        return Ok(());
    }
    let _lock = lock(convex)?;
    if is_current(convex, &sources) {
        return Ok(());
    }
    let status = Command::new("node")
        .arg("node_modules/esbuild/bin/esbuild")
        .args(sources.iter().filter(|it| is_entry(it)))
        .args(["--bundle", "--splitting", "--platform=node", "--format=esm", "--outbase=."])
        .args(OUTSIDE.map(|it| format!("--external:{it}")))
        .arg(format!("--banner:js={REQUIRE}"))
        .arg(format!("--outdir={BUILT}"))
        .arg("--log-level=warning")
        .current_dir(convex)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .map_err(Error::io("run esbuild with Node"))?;
    if !status.success() {
        return Err(Error::Build { folder: convex.to_owned(), reason: status.to_string() });
    }
    let done = done(convex);
    fs::write(&done, "").map_err(Error::io(format!("write {}", done.display())))
}

/// What Node is to run: the clock before everything else, then the program.
pub(crate) fn program() -> [OsString; 3] {
    let built = |name: &str| format!("./{BUILT}/{name}").into();
    ["--import".into(), built("local/clock.js"), built("local/main.js")]
}

/// The functions that were built.
pub(crate) fn functions() -> PathBuf {
    Path::new(BUILT).join("functions")
}

/// Written last, so its time is that of the whole build.
fn done(convex: &Path) -> PathBuf {
    convex.join(BUILT).join("done")
}

fn is_current(convex: &Path, sources: &[PathBuf]) -> bool {
    let Some(built) = changed(&done(convex)) else { return false };
    let installed = convex.join("node_modules/.package-lock.json");
    let newest = sources.iter().map(|it| convex.join(it)).chain([installed]);
    newest.into_iter().all(|it| changed(&it).is_some_and(|it| it < built))
}

/// The files with TypeScript, relative to the folder, in one order.
fn sources(convex: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut folders: Vec<_> = SOURCES.map(PathBuf::from).into();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let path = convex.join(&folder);
        let read = |error| Error::io(format!("read {}", path.display()))(error);
        for entry in fs::read_dir(&path).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = folder.join(entry.file_name());
            if entry.file_type().map_err(read)?.is_dir() {
                folders.push(name);
            } else if name.extension().is_some_and(|it| it == "ts") {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The program, its clock, and each file with functions: they are found by their names.
fn is_entry(source: &Path) -> bool {
    let is_program = ["local/main.ts", "local/clock.ts"].map(Path::new).contains(&source);
    let is_types = source.to_string_lossy().ends_with(".d.ts");
    is_program || (source.starts_with("functions") && !is_types)
}
