//! The table in `ARCHITECTURE.md` that says who may depend on whom, held against what
//! cargo says: a crate that is not in it, a dependency that it does not allow, and a
//! line or a name in it that nothing fits any more are all failures.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::common::{Graph, cargo_metadata, fits, root};

/// What the table says of one crate, or of several.
#[derive(Debug)]
struct Rule {
    crates: String,
    depends: Depends,
    never: Vec<String>,
}

#[derive(Debug, PartialEq)]
enum Depends {
    /// On every crate that these names fit, and on no others.
    Exactly(Vec<String>),
    /// On any, except these.
    AnyBut(Vec<String>),
}

/// The table between its two marks.
fn table() -> Vec<Rule> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    parse(&page)
}

fn parse(page: &str) -> Vec<Rule> {
    let (_, rest) = page.split_once("<!-- house: begin -->").expect("the table begins");
    let (table, _) = rest.split_once("<!-- house: end -->").expect("the table ends");
    table.trim().lines().skip(2).map(rule).collect()
}

fn rule(line: &str) -> Rule {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [crates, depends, never] = cells[..] else { panic!("three columns: {line}") };
    let [crates] = &quoted(crates)[..] else { panic!("one name: {line}") };
    let names = quoted(depends);
    let depends = match depends {
        it if it.starts_with("anything") => Depends::AnyBut(names),
        it if it == "nothing" || !names.is_empty() => Depends::Exactly(names),
        it => panic!("`{it}` says neither names nor `nothing` nor `anything`"),
    };
    Rule { crates: crates.clone(), depends, never: quoted(never) }
}

/// The words between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every way in which `graph` and `table` contradict each other.
fn contradictions(graph: &Graph, table: &[Rule]) -> Vec<String> {
    let folders = graph.folders();
    let mut wrong = Vec::new();
    let mut rule_of: BTreeMap<&str, &Rule> = BTreeMap::new();
    for folder in &folders {
        match table.iter().find(|it| fits(&it.crates, folder)) {
            Some(rule) => _ = rule_of.insert(folder, rule),
            None => wrong.push(format!("{folder} is not in the table")),
        }
    }
    for rule in table {
        if !rule_of.values().any(|it| std::ptr::eq(*it, rule)) {
            wrong.push(format!("no crate is {}", rule.crates));
        }
    }
    for (folder, rule) in rule_of {
        let has = graph.depends(folder);
        match &rule.depends {
            Depends::Exactly(names) => wrong.extend(differences(folder, &folders, names, &has)),
            Depends::AnyBut(names) => {
                let bad = has.iter().filter(|it| names.iter().any(|name| fits(name, it)));
                wrong.extend(bad.map(|it| format!("{folder} depends on {it}")));
            }
        }
        let reached = graph.reached(folder);
        let bad = rule.never.iter().filter(|it| reached.contains(*it));
        wrong.extend(bad.map(|it| format!("{folder} reaches {it}")));
    }
    wrong
}

fn differences(
    folder: &str,
    folders: &BTreeSet<String>,
    names: &[String],
    has: &BTreeSet<String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for other in has.iter().filter(|it| !names.iter().any(|name| fits(name, it))) {
        wrong.push(format!("{folder} depends on {other}, the table does not say so"));
    }
    for name in names {
        let meant: Vec<_> = folders.iter().filter(|it| fits(name, it) && *it != folder).collect();
        let lacking = meant.iter().filter(|it| !has.contains(**it));
        wrong.extend(lacking.map(|it| format!("{folder} does not depend on {it}")));
        if meant.is_empty() {
            wrong.push(format!("{folder} should depend on {name}, which is no crate"));
        }
    }
    wrong
}

#[test]
fn the_page_says_who_depends_on_whom() {
    let wrong = contradictions(&Graph::of_workspace(), &table());
    assert!(wrong.is_empty(), "ARCHITECTURE.md or a Cargo.toml is wrong:\n{}", wrong.join("\n"));
}

#[test]
fn contradictions_are_found_in_both_directions() {
    let graph = Graph::of_workspace();
    let with = |from: &str, to: &str| {
        let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
        assert!(page.contains(from), "{from}");
        contradictions(&graph, &parse(&page.replace(from, to))).join("\n")
    };
    let found =
        with("| `crates/convergence` | `crates/core` |", "| `crates/convergence` | nothing |");
    assert!(found.contains("crates/convergence depends on crates/core, the table"), "{found}");
    let found = with("| `crates/core` | nothing |", "| `crates/core` | `crates/derive` |");
    assert!(found.contains("crates/core does not depend on crates/derive"), "{found}");
    let found = with("| `crates/derive` | nothing |", "| `crates/derives` | nothing |");
    assert!(found.contains("crates/derive is not in the table"), "{found}");
    assert!(found.contains("no crate is crates/derives"), "{found}");
    let found = with(
        "`crates/text`, `crates/web` | |",
        "`crates/text`, `crates/web` | `rusqlite`, `tokio/rt` |",
    );
    assert!(found.contains("crates/app reaches rusqlite"), "{found}");
    assert!(found.contains("crates/app reaches tokio/rt"), "{found}");
}

/// The source files of our crates that cargo is told to look for no tests in: `test = false`
/// saves compiling and linking a program that tests nothing.
fn without_tests(metadata: &serde_json::Value) -> BTreeSet<PathBuf> {
    let (mut untested, mut tested) = (BTreeSet::new(), BTreeSet::new());
    for package in metadata["packages"].as_array().unwrap() {
        for target in package["targets"].as_array().unwrap() {
            let source = Path::new(target["src_path"].as_str().unwrap());
            if package["source"].is_null() && !source.ends_with("build.rs") {
                let list = if target["test"] == true { &mut tested } else { &mut untested };
                list.insert(source.to_owned());
            }
        }
    }
    let mut files = BTreeSet::new();
    for source in untested {
        let folder = source.parent().unwrap();
        // Beside a tested library, only the program's first file is known to be its own.
        match tested.iter().any(|it| it.parent() == Some(folder)) {
            true => _ = files.insert(source),
            false => files.extend(sources_in(folder)),
        }
    }
    files
}

fn sources_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(sources_in(&path)),
            false => files.push(path),
        }
    }
    files
}

#[test]
fn no_test_is_where_cargo_looks_for_none() {
    let files = without_tests(&cargo_metadata(&root()));
    assert!(files.len() > 20, "{files:?}");
    let holds_tests = |it: &&PathBuf| std::fs::read_to_string(it).unwrap().contains("test]");
    let wrong: Vec<_> = files.iter().filter(holds_tests).collect();
    assert!(wrong.is_empty(), "take `test = false` out of the Cargo.toml of {wrong:?}");
}
