//! All mistakes in one program. To build the engine again for each of them would take
//! hours, so each function that some mistake changes gets all its bodies, and chooses
//! among them when it is called. That is done to the copy alone: the engine itself knows
//! nothing of it.

use std::ops::Range;

use anyhow::{Result, ensure};

/// What [`merge`] makes functions call, for the end of the crate's root.
pub(crate) const CHOICE: &str = r#"
/// The mistake that this run makes; 0 for none.
pub(crate) fn mistake() -> usize {
    static MISTAKE: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *MISTAKE.get_or_init(|| {
        std::env::var("DRIFTLINE_MISTAKE").ok().and_then(|it| it.parse().ok()).unwrap_or(0)
    })
}
"#;

/// The text of a file in which every function that a mistake changes has the body that
/// the mistake gives it, too. `mistakes`: their numbers and what they make of the file.
pub(crate) fn merge(original: &str, mistakes: &[(usize, String)]) -> Result<String> {
    let lines: Vec<&str> = original.lines().collect();
    let bodies = bodies(&lines);
    let mut others: Vec<Vec<(usize, Vec<&str>)>> = vec![Vec::new(); bodies.len()];
    for (number, text) in mistakes {
        let theirs: Vec<&str> = text.lines().collect();
        let their_bodies = self::bodies(&theirs);
        ensure!(
            outside(&lines, &bodies) == outside(&theirs, &their_bodies),
            "it changes more than the inside of functions; make it a change of one function's body"
        );
        for (place, (ours, body)) in bodies.iter().zip(their_bodies).enumerate() {
            let body = &theirs[body];
            if lines[ours.clone()] != *body {
                others[place].push((*number, body.to_vec()));
            }
        }
    }
    let text = |lines: &[&str]| lines.iter().map(|it| format!("{it}\n")).collect::<String>();
    let (mut merged, mut done) = (String::new(), 0);
    for (body, others) in bodies.into_iter().zip(others).filter(|(_, it)| !it.is_empty()) {
        merged += &text(&lines[done..body.start]);
        done = body.end;
        merged += "match crate::mistake() {\n";
        for (number, other) in others {
            merged += &format!("{number} => {{\n{}}}\n", text(&other));
        }
        merged += &format!("_ => {{\n{}}}\n}}\n", text(&lines[body]));
    }
    Ok(merged + &text(&lines[done..]))
}

/// The lines inside each function that is not inside another one. The format of the
/// sources is fixed, so a function ends at the first brace as far in as its beginning.
pub(super) fn bodies(lines: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < lines.len() {
        let start = place;
        place += 1;
        if !begins_function(lines[start]) {
            continue;
        }
        let head = lines[start..].iter().position(|it| it.ends_with(['{', '}', ';']));
        let Some(head) = head.map(|it| start + it).filter(|it| lines[*it].ends_with('{')) else {
            continue;
        };
        let indent = lines[start].len() - lines[start].trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let Some(length) = lines[head + 1..].iter().position(|it| *it == end) else { continue };
        place = head + 1 + length;
        found.push(head + 1..place);
    }
    found
}

fn begins_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.find(|it| !(it.starts_with("pub") || *it == "async")) == Some("fn")
}

/// The lines that are in no function.
fn outside<'a>(lines: &[&'a str], bodies: &[Range<usize>]) -> Vec<&'a str> {
    let inside = |place: &usize| bodies.iter().any(|it| it.contains(place));
    (0..lines.len()).filter(|place| !inside(place)).map(|place| lines[place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
/// Adds.
pub(crate) fn sum(a: u8, b: u8) -> u8 {
    a + b
}

impl Number {
    pub async fn times(
        self,
        other: u8,
    ) -> u8 {
        fn inner() {
        }
        other * self.0
    }

    fn of(it: u8) -> Self;
}
";

    #[test]
    fn a_function_chooses_among_its_bodies() {
        let one = FILE.replace("a + b", "a - b");
        let two = FILE.replace("a + b", "a").replace("other * ", "");
        let merged = merge(FILE, &[(1, one), (2, two)]).unwrap();
        let sum = "\
pub(crate) fn sum(a: u8, b: u8) -> u8 {
match crate::mistake() {
1 => {
    a - b
}
2 => {
    a
}
_ => {
    a + b
}
}
}
";
        assert!(merged.contains(sum), "{merged}");
        assert!(merged.contains("2 => {\n        fn inner() {\n        }\n        self.0\n}"));
        assert!(merged.starts_with("/// Adds.\n") && merged.ends_with("-> Self;\n}\n"));
    }

    #[test]
    fn what_nothing_changes_stays_as_it_is() {
        assert_eq!(merge(FILE, &[(1, FILE.to_owned())]).unwrap(), FILE);
    }

    #[test]
    fn a_mistake_stays_inside_functions() {
        for (was, is) in [("b: u8) -> u8", "b: u8) -> u16"), ("/// Adds.", "/// Takes.")] {
            let error = merge(FILE, &[(1, FILE.replace(was, is))]).unwrap_err();
            assert!(error.to_string().contains("the inside of functions"), "{error}");
        }
    }
}
