//! Words are an interface. The glossary has one for each thing, and a library does not know
//! which program it is part of.

use std::fs;

use crate::common::{root, tracked};

/// What is written by hand, here.
const KINDS: [&str; 7] = [".rs", ".ts", ".js", ".mjs", ".md", ".sql", ".toml"];

/// The second names of things, from the last column of the glossary.
fn second_names() -> Vec<String> {
    let glossary = fs::read_to_string(root().join("GLOSSARY.md")).unwrap();
    let rows = glossary.lines().filter(|it| it.starts_with("| **"));
    let columns = rows.filter_map(|it| it.trim_end_matches([' ', '|']).rsplit_once('|'));
    let cells = columns.filter(|(before, _)| before.matches('|').count() == 2);
    cells.flat_map(|(_, last)| last.split(',')).map(|it| it.trim().to_owned()).collect()
}

/// Whether `text` has `word` as a word, or as a part of a name in snake case.
fn has(text: &str, word: &str) -> bool {
    let is_letter = |it: Option<char>| it.is_some_and(char::is_alphabetic);
    text.match_indices(word).any(|(at, _)| {
        !is_letter(text[..at].chars().next_back())
            && !is_letter(text[at + word.len()..].chars().next())
    })
}

#[test]
fn nothing_has_a_second_name() {
    let names = second_names();
    assert!(names.len() >= 8, "the glossary was not understood: {names:?}");
    let mut wrong = Vec::new();
    for path in tracked() {
        let is_ours = KINDS.iter().any(|it| path.ends_with(it)) && path != "GLOSSARY.md";
        if !is_ours || path.contains("/_generated/") {
            continue;
        }
        let text = fs::read_to_string(root().join(&path)).unwrap().to_lowercase();
        for name in names.iter().filter(|it| has(&text, it)) {
            wrong.push(format!("{path}: `{name}`"));
        }
    }
    assert_eq!(wrong, [""; 0], "say the glossary's word");
}

#[test]
fn no_library_names_a_command() {
    let mut wrong = Vec::new();
    for path in tracked() {
        let is_library = path.starts_with("crates/") && !path.starts_with("crates/app/");
        if !is_library || !path.contains("/src/") || !path.ends_with(".rs") {
            continue;
        }
        let text = fs::read_to_string(root().join(&path)).unwrap();
        for (number, line) in text.lines().enumerate() {
            let mut calls = line.split("driftline ").skip(1);
            let names_one = calls.any(|it| it.starts_with(|it: char| it.is_ascii_lowercase()));
            if names_one && !line.trim_start().starts_with("//") {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_eq!(wrong, [""; 0], "the next step is for crates/app to say");
}

#[test]
fn words_are_found_as_words() {
    assert!(has("a red kite.", "red kite") && has("is_kite()", "kite"));
    assert!(!has("kites", "kite"));
}
