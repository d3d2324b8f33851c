//! How this program is called, for whoever is told which command comes next.

use std::path::{Path, PathBuf};

/// How this program was called, and what chooses the profile.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    name: String,
    flag: Option<String>,
}

impl Call {
    /// As it was called by a person who chose the profile `given`, if they chose one.
    pub(crate) fn new(given: Option<&PathBuf>) -> Self {
        let name = std::env::args_os().next();
        let name = name.as_deref().map(Path::new).and_then(Path::file_stem);
        let name = name.map_or_else(|| "driftline".into(), |it| it.to_string_lossy().into_owned());
        Self { name, flag: given.map(|it| flag(it)) }
    }

    /// The same program on the profile in another folder.
    pub(crate) fn elsewhere(&self, folder: &Path) -> Self {
        Self { name: self.name.clone(), flag: Some(flag(folder)) }
    }

    /// What it was called as.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How it would be called for `command` on this profile.
    pub(crate) fn to(&self, command: &str) -> String {
        match &self.flag {
            Some(flag) => format!("{} {flag} {command}", self.name),
            None => format!("{} {command}", self.name),
        }
    }
}

/// What chooses a profile on a command line. Which shell that is for is not known, so a name
/// that could mean something to one is not in it.
fn flag(given: &Path) -> String {
    let given = given.to_string_lossy();
    let plain = |it: char| {
        it.is_ascii_alphanumeric() || "/._-+,@:".contains(it) || cfg!(windows) && it == '\\'
    };
    let given = if given.chars().all(plain) { &given } else { "DIR" };
    format!("--profile {given}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_mean_something_to_a_shell_is_in_no_command() {
        let flag = |path: &str| flag(Path::new(path));
        assert_eq!(flag("/home/ada/.local/p-1"), "--profile /home/ada/.local/p-1");
        for hostile in
            ["/w\\'; touch X; #", "/w' & calc.exe & '", "/w $(id)", "/w`id`", "/%PATH%", "/é"]
        {
            assert_eq!(flag(hostile), "--profile DIR", "{hostile}");
        }
    }
}
