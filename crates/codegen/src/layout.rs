//! TypeScript as Prettier would lay it out, so that the generated file passes the same
//! check as every other one.

use std::collections::BTreeSet;

/// Columns in a line.
const WIDTH: usize = 80;

/// An import of `names`, on one line if it fits.
pub(crate) fn import(names: &BTreeSet<&str>, from: &str) -> String {
    let names: Vec<_> = names.iter().copied().collect();
    let line = format!("import {{ {} }} from \"{from}\";", names.join(", "));
    if line.len() <= WIDTH {
        return line + "\n";
    }
    format!("import {{\n  {},\n}} from \"{from}\";\n", names.join(",\n  "))
}

/// A property that is a list of texts, on one line if it fits.
pub(crate) fn list(indent: usize, name: &str, items: &[&str]) -> String {
    let space = " ".repeat(indent);
    let quoted: Vec<String> = items.iter().map(|it| format!("\"{it}\"")).collect();
    let line = format!("{space}{name}: [{}],", quoted.join(", "));
    if line.len() <= WIDTH {
        return line + "\n";
    }
    let between = format!(",\n{space}  ");
    format!("{space}{name}: [\n{space}  {},\n{space}],\n", quoted.join(&between))
}

/// A comment of these words, on one line if it fits. Nothing for no words.
pub(crate) fn comment(indent: usize, words: &str) -> String {
    let space = " ".repeat(indent);
    // No doc comment may end the one that it is written into.
    let words = words.replace("*/", "* /");
    let words: Vec<&str> = words.split_whitespace().collect();
    let line = format!("{space}/** {} */", words.join(" "));
    if words.is_empty() {
        return String::new();
    }
    if line.chars().count() <= WIDTH {
        return line + "\n";
    }
    let start = format!("{space} *");
    let (mut text, mut line) = (format!("{space}/**\n"), start.clone());
    for word in words {
        if line != start && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text += &(line + "\n");
            line = start.clone();
        }
        line += " ";
        line += word;
    }
    text + &line + "\n" + &space + " */\n"
}
