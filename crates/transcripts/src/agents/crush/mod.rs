//! Crush: a SQLite database in a folder `.crush` of each project. Where those are, a list tells
//! that Crush keeps in its own folder.

mod message;
mod part;
mod sessions;

use std::path::{Component, Path, PathBuf};

use driftline_core::Value;

use crate::{Database, Form, Reader, settings};

/// Where Crush notes its projects, below a home.
const LISTS: [&str; 2] = [".local/share/crush/projects.json", "AppData/Local/crush/projects.json"];

/// How many projects are looked at.
const MOST: usize = 10_000;

inventory::submit! {
    Reader {
        tool: "crush",
        name: "Crush",
        doc: "Crush's databases, in .crush of each project",
        version: 1,
        places,
        accepts: |path| path.file_name().is_some_and(|it| it == "crush.db"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Database(Database { sessions: sessions::all, records: sessions::records }),
    }
}

/// The folders of the projects below this home, and of one at its top: a person can name a
/// project instead.
fn places(home: &Path) -> Vec<PathBuf> {
    let mut all = vec![home.join(".crush")];
    for list in LISTS.iter().filter_map(|it| settings::read(&home.join(it))) {
        let projects = list.get("projects").and_then(Value::as_array);
        let folders = projects.into_iter().flatten().take(MOST);
        let folders = folders.filter_map(|it| it.get("data_dir")?.as_str()).map(PathBuf::from);
        all.extend(folders.filter(|it| is_below(it, home)));
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a folder is below a home: the list can be a copy of another machine's.
fn is_below(folder: &Path, home: &Path) -> bool {
    folder.starts_with(home) && folder.components().all(|it| it != Component::ParentDir)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn projects_are_those_of_this_home() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        assert_eq!(places(home), [home.join(".crush")]);
        let list = home.join(LISTS[0]);
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        let data = |it: &str| json!({"path": "/x", "data_dir": it});
        let own = home.join("src/demo/.crush");
        let above = home.join("../other/.crush");
        let projects = json!({"projects": [
            data(own.to_str().unwrap()), data(own.to_str().unwrap()), {"path": "/x"}, 7,
            data("/elsewhere/.crush"), data(".crush"), data(above.to_str().unwrap()),
        ]});
        fs::write(&list, projects.to_string()).unwrap();
        assert_eq!(places(home), [home.join(".crush"), own]);
        for odd in ["[]", "{\"projects\": 7}", "no JSON"] {
            fs::write(&list, odd).unwrap();
            assert_eq!(places(home).len(), 1, "{odd}");
        }
    }
}
