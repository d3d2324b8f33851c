//! The compiler's own tools, which read what instrumented programs wrote.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// Where they are.
pub(super) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Finds them, and has them installed if they are missing.
    pub(super) fn find() -> Result<Self> {
        let library = said(Command::new("rustc").args(["--print", "target-libdir"]))?;
        let library = PathBuf::from(library.trim());
        let folder = library.parent().context("the compiler has no folder of tools")?.join("bin");
        if !folder.join("llvm-cov").exists() {
            said(Command::new("rustup").args(["component", "add", "llvm-tools"]))?;
        }
        Ok(Self { folder })
    }

    /// What the programs wrote into `told`, in one file.
    pub(super) fn merge(&self, told: &Path) -> Result<PathBuf> {
        let merged = told.join("merged.profdata");
        let mut merge = Command::new(self.folder.join("llvm-profdata"));
        merge.args(["merge", "--sparse", "--output"]).arg(&merged);
        for file in fs::read_dir(told)? {
            let file = file?.path();
            if file.extension() == Some(OsStr::new("profraw")) {
                merge.arg(file);
            }
        }
        said(&mut merge).map(|_| merged)
    }

    /// Which lines of `sources` the runs of `programs` reached, by what they wrote.
    pub(super) fn export(
        &self,
        merged: &Path,
        programs: &[PathBuf],
        sources: &[PathBuf],
    ) -> Result<String> {
        let mut export = Command::new(self.folder.join("llvm-cov"));
        export.args(["export", "--format=lcov", "--instr-profile"]).arg(merged);
        let (first, others) = programs.split_first().context("no program was run")?;
        export.arg(first);
        for other in others {
            export.arg("--object").arg(other);
        }
        said(export.args(sources))
    }
}

fn said(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {}", wrong.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
