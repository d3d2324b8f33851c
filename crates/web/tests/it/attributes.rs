//! The attributes that markup, script and styles share: `assets/attributes.md` lists all that
//! there are, with who writes and who reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Who writes an attribute and who reads it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Use {
    writers: BTreeSet<&'static str>,
    readers: BTreeSet<&'static str>,
}

type Uses = BTreeMap<String, Use>;

const PAGES: &str = "pages";
const SCRIPT: &str = "script";
const STYLES: &str = "styles";
const NOBODY: &str = "nobody";

#[test]
fn the_table_of_attributes_says_who_writes_and_reads_each() {
    let mut found = Uses::new();
    in_pages(&sources("src", "rs"), &mut found);
    in_script(&sources("assets/js", "js"), &mut found);
    for name in names(&sources("assets/css", "css"), "[data-") {
        found.entry(name).or_default().readers.insert(STYLES);
    }
    for it in found.values_mut().filter(|it| it.readers.is_empty()) {
        it.readers.insert(NOBODY);
    }
    let table = table(include_str!("../../assets/attributes.md"));
    for name in found.keys().chain(table.keys()) {
        assert_eq!(table.get(name), found.get(name), "{name}: the table, and the sources");
    }
}

#[test]
fn what_asks_for_an_attribute_is_told_from_what_sets_it() {
    let mut found = Uses::new();
    in_script("a.dataset.someName === '' && $('b[data-k=x]'); a.dataset.kept = '';", &mut found);
    in_pages("li data-row data-error[true] {}", &mut found);
    let of = |it: &str| {
        let found = &found[it];
        (found.writers.iter().copied().collect(), found.readers.iter().copied().collect())
    };
    let none = Vec::<&str>::new;
    assert_eq!(of("data-some-name"), (none(), vec![SCRIPT]));
    assert_eq!(of("data-k"), (none(), vec![SCRIPT]));
    assert_eq!(of("data-kept"), (vec![SCRIPT], none()));
    assert_eq!(of("data-row"), (vec![PAGES], none()));
    assert_eq!(of("data-error"), (vec![PAGES], none()));
}

fn in_pages(text: &str, found: &mut Uses) {
    for name in names(text, "data-") {
        found.entry(name).or_default().writers.insert(PAGES);
    }
}

fn in_script(text: &str, found: &mut Uses) {
    for name in names(text, "[data-") {
        found.entry(name).or_default().readers.insert(SCRIPT);
    }
    for rest in text.split("dataset.").skip(1) {
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let is_set = after.starts_with(" = ");
        let used = found.entry(dashed(name)).or_default();
        if is_set { &mut used.writers } else { &mut used.readers }.insert(SCRIPT);
    }
}

/// What follows on each `before`, up to the end of the name, with `data-` in front.
fn names(text: &str, before: &str) -> Vec<String> {
    let name = |rest: &str| {
        let end = rest.find(|it: char| !it.is_ascii_lowercase() && it != '-');
        format!("data-{}", &rest[..end.unwrap_or(rest.len())])
    };
    text.split(before).skip(1).map(name).collect()
}

/// `someName` as `data-some-name`.
fn dashed(name: &str) -> String {
    let parts = name.chars().map(|it| match it.is_ascii_uppercase() {
        true => format!("-{}", it.to_ascii_lowercase()),
        false => it.to_string(),
    });
    format!("data-{}", parts.collect::<String>())
}

fn table(text: &'static str) -> Uses {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let set = |cell: &'static str| cell.trim().split(", ").collect();
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').collect();
        let [attribute, writers, readers, what, ""] = cells[..] else { panic!("{row}") };
        assert!(!what.trim().is_empty(), "{row}");
        let name = attribute.trim().trim_end_matches('`').split('=').next().unwrap();
        (name.to_owned(), Use { writers: set(writers), readers: set(readers) })
    })
    .collect()
}

/// The code of all files below a folder of this package, without lines that are comments.
fn sources(folder: &str, extension: &str) -> String {
    fn add(folder: &Path, extension: &str, to: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, extension, to);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|it| !it.trim_start().starts_with("//"));
                code.for_each(|it| to.extend([it, "\n"]));
            }
        }
    }
    let mut text = String::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut text);
    assert!(!text.is_empty(), "{folder} has no {extension} files");
    text
}
