//! What in a user's message the person said. Agents' programs speak as the person, too:
//! they wrap commands, their output and notes of their own in tags.

/// A piece of what was sent as the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// By the person.
    Person(&'a str),
    /// By the program, wrapped in a tag.
    Program {
        /// The tag.
        tag: &'static str,
        /// What is in it.
        text: &'a str,
    },
}

/// Tags whose content the person did not say.
const WRAPPERS: &[&str] = &[
    "command-name",
    "command-message",
    "command-args",
    "command-contents",
    "local-command-stdout",
    "local-command-stderr",
    "local-command-caveat",
    "system-reminder",
    "bash-input",
    "bash-stdout",
    "bash-stderr",
    "ide_opened_file",
    "ide_selection",
    "user-memory-input",
    "task-notification",
];

/// Tags that hold what the person typed as a command, and what stood before it.
const TYPED: &[(&str, &str)] =
    &[("command-name", ""), ("bash-input", "! "), ("user-memory-input", "# ")];

/// Texts that programs say as the person, without a tag.
const NOTES: &[&str] = &["Caveat: The messages below", "[Request interrupted by user"];

/// Takes a text apart: wrapped pieces, each beginning a line, and what stands between
/// them. Pieces that hold nothing but space are left out. A tag that is not closed
/// wraps all that follows.
pub fn said(text: &str) -> Vec<Said<'_>> {
    if is_note(text.trim_start()) {
        return vec![Said::Program { tag: "note", text: text.trim() }];
    }
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(start) = text[at..].find('<').map(|it| at + it) {
        let begins_line = text[from..start].trim_end_matches([' ', '\t']);
        let begins_line = begins_line.is_empty() || begins_line.ends_with('\n');
        let Some(tag) = opened(&text[start..]).filter(|_| begins_line) else {
            at = start + 1;
            continue;
        };
        person(&mut pieces, &text[from..start]);
        let inside = start + tag.len() + 2;
        let close = format!("</{tag}>");
        let end = text[inside..].find(&close).map_or(text.len(), |it| inside + it);
        if !text[inside..end].trim().is_empty() {
            pieces.push(Said::Program { tag, text: text[inside..end].trim() });
        }
        from = (end + close.len()).min(text.len());
        at = from;
    }
    person(&mut pieces, &text[from..]);
    pieces
}

/// What stands behind the wrappers that a text begins with; none if one of them is not
/// closed, or if a program says the rest.
pub fn unwrapped(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    while let Some(tag) = opened(rest) {
        let (_, behind) = rest.split_once(&format!("</{tag}>"))?;
        rest = behind.trim_start();
    }
    (!is_note(rest)).then_some(rest)
}

/// The command that the person typed, as they typed it, if that is what a text holds.
pub fn command(text: &str) -> Option<String> {
    let pieces = said(text);
    let inside = |wanted: &str| {
        pieces.iter().find_map(|it| match it {
            Said::Program { tag, text } if *tag == wanted => Some(*text),
            _ => None,
        })
    };
    let typed = TYPED.iter().find_map(|(tag, sign)| Some(format!("{sign}{}", inside(tag)?)))?;
    Some(match inside("command-args") {
        Some(words) => format!("{typed} {words}"),
        None => typed,
    })
}

/// The wrapper that a text begins with.
fn opened(text: &str) -> Option<&'static str> {
    let name = text.strip_prefix('<')?;
    let has = |it: &&&str| name.strip_prefix(**it).is_some_and(|rest| rest.starts_with('>'));
    WRAPPERS.iter().find(has).copied()
}

fn is_note(text: &str) -> bool {
    NOTES.iter().any(|it| text.starts_with(it))
}

fn person<'a>(pieces: &mut Vec<Said<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        pieces.push(Said::Person(text.trim()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_wrapped_was_not_said_by_the_person() {
        assert_eq!(
            said("Fix <div> and <system-reminder>."),
            [Said::Person("Fix <div> and <system-reminder>.")]
        );
        let text = "<system-reminder>\nBe brief.\n</system-reminder>\nFix it\n <ide_selection>a</ide_selection> now";
        let program = |tag, text| Said::Program { tag, text };
        assert_eq!(
            said(text),
            [
                program("system-reminder", "Be brief."),
                Said::Person("Fix it"),
                program("ide_selection", "a"),
                Said::Person("now")
            ]
        );
        assert_eq!(said("<bash-stdout>cut"), [program("bash-stdout", "cut")]);
        assert_eq!(said(" \n"), []);
        assert!(matches!(said("[Request interrupted by user]")[..], [Said::Program { .. }]));
    }

    #[test]
    fn a_typed_command_is_shown_as_typed() {
        let wrapped = "<command-name>/review</command-name>\n<command-message>review</command-message>\n<command-args>src 12</command-args>";
        assert_eq!(command(wrapped).unwrap(), "/review src 12");
        assert_eq!(command("<bash-input>ls</bash-input>").unwrap(), "! ls");
        assert_eq!(command("Hello"), None);
    }
}
