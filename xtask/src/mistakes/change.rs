//! Small changes of the engine's sources, made by rule: a comparison the other way round, a
//! condition that is not asked, a statement left out. Each is one line of one function, so that
//! all of them fit into one program as the mistakes that people wrote down do.

use super::merge::bodies;

/// One changed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Its number, from 0 on.
    pub(super) line: usize,
    /// What it says then.
    pub(super) text: String,
}

/// What stands for what, between other code.
const SWAPS: [(&str, &str); 26] = [
    (" == ", " != "),
    (" != ", " == "),
    (" < ", " <= "),
    (" <= ", " < "),
    (" > ", " >= "),
    (" >= ", " > "),
    (" && ", " || "),
    (" || ", " && "),
    (" + 1", ""),
    (" - 1", ""),
    (" += ", " = "),
    (".max(", ".min("),
    (".min(", ".max("),
    (".is_some()", ".is_none()"),
    (".is_none()", ".is_some()"),
    (".is_some_and(", ".is_none_or("),
    (".is_none_or(", ".is_some_and("),
    (".is_empty()", ".is_empty() == false"),
    (".any(", ".all("),
    (".all(", ".any("),
    (".rev()", ""),
    ("true", "false"),
    ("false", "true"),
    ("if !", "if "),
    ("(!", "("),
    (".or(", ".and("),
];

/// Every change of a source file, apart from its tests.
pub(super) fn all(text: &str) -> Vec<Change> {
    let lines: Vec<&str> = text.lines().take_while(|it| *it != "#[cfg(test)]").collect();
    let mut found = Vec::new();
    for body in bodies(&lines) {
        for line in body.clone() {
            let before = lines[..line].iter().rev().find(|it| !it.trim().is_empty());
            found.extend(of_line(lines[line], before).map(|text| Change { line, text }));
        }
    }
    found
}

/// What can be made of one line, after another one.
fn of_line<'a>(line: &'a str, before: Option<&&str>) -> impl Iterator<Item = String> + 'a {
    let trimmed = line.trim();
    let is_told = ["//", "tracing::", "debug_assert"].iter().any(|it| trimmed.starts_with(it));
    let swaps = SWAPS.iter().filter(move |_| !is_told).flat_map(move |(from, to)| {
        line.match_indices(from).filter_map(move |(at, _)| {
            let (head, tail) = (&line[..at], &line[at + from.len()..]);
            // Not inside a text, nor a part of a longer name.
            let is_inside = head.matches('"').count() % 2 == 1;
            let is_part = from.starts_with(char::is_alphabetic)
                && (head.ends_with(is_of_name) || tail.starts_with(is_of_name));
            (!is_inside && !is_part).then(|| format!("{head}{to}{tail}"))
        })
    });
    let negated = trimmed.strip_prefix("if ").and_then(|it| it.strip_suffix(" {"));
    let negated = negated.filter(|it| !it.contains("let ") && !it.starts_with('!') && !is_told);
    let negated = negated.map(|it| line.replacen(it, &format!("!({it})"), 1));
    let starts = before.is_none_or(|it| it.trim_end().ends_with(['{', '}', ';']));
    let words = ["let ", "return", "use ", "const ", "static ", "}", "//", ")", "."];
    let is_statement = starts && trimmed.ends_with(';') && !is_told;
    let is_statement = is_statement && !words.iter().any(|it| trimmed.starts_with(it));
    let left_out = is_statement.then(String::new);
    swaps.chain(negated).chain(left_out)
}

fn is_of_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

/// The file with a change.
pub(super) fn apply(text: &str, change: &Change) -> String {
    let lines = text.lines().enumerate();
    lines
        .map(|(at, it)| format!("{}\n", if at == change.line { &change.text } else { it }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_functions_changes_and_nothing_else() {
        let text = "\
const A: bool = 1 < 2;
fn f(a: u8) -> bool {
    // Not true.
    if a < 2 {
        note(\"a < b\");
    }
    let is_true = a == 3 && !b(a);
    is_true
}
#[cfg(test)]
fn g() {
    h(1 == 2);
}
";
        let changes = all(text);
        let told: Vec<_> = changes.iter().map(|it| (it.line, it.text.trim())).collect();
        let expected = [
            (3, "if a <= 2 {"),
            (3, "if !(a < 2) {"),
            (4, ""),
            (6, "let is_true = a != 3 && !b(a);"),
            (6, "let is_true = a == 3 || !b(a);"),
        ];
        assert_eq!(told, expected);
        assert!(apply(text, &changes[0]).contains("    if a <= 2 {\n"));
    }
}
