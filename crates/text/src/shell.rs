//! Words for a shell, whatever is in them. Quotes differ from shell to shell: what is a word
//! in one is a command in another, so a word is quoted for a shell that is known, or it is
//! plain in all of them.

use crate::is_misleading;

/// A shell that a command is pasted into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shell {
    /// Sh, bash, zsh and those like them.
    Posix,
    /// Fish.
    Fish,
    /// `PowerShell`.
    PowerShell,
    /// Not known, or `cmd.exe`, whose quotes hold nothing together.
    #[default]
    Unknown,
}

impl Shell {
    /// The shell of this name or path, such as `/usr/bin/fish`.
    pub fn named(path: &str) -> Self {
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        match file.strip_suffix(".exe").unwrap_or(&file) {
            "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "mksh" => Self::Posix,
            "fish" => Self::Fish,
            "pwsh" | "powershell" => Self::PowerShell,
            _ => Self::Unknown,
        }
    }

    /// `text` as one word. None: this shell, or one that is not known, would act on it, or
    /// somebody who reads it would be misled.
    pub fn word(self, text: &str) -> Option<String> {
        if text.is_empty() || text.starts_with('-') || text.contains(['\n', '\t']) {
            return None;
        }
        if is_misleading(text) {
            return None;
        }
        let backslash = text.contains('\\') && matches!(self, Self::Posix | Self::Fish);
        if is_plain(text) && !backslash {
            return Some(text.to_owned());
        }
        match self {
            Self::Posix => Some(format!("'{}'", text.replace('\'', "'\\''"))),
            Self::Fish => Some(format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
            // It takes typographic quotes for quotes.
            Self::PowerShell if text.contains(['‘', '’', '‚', '‛']) => None,
            Self::PowerShell => Some(format!("'{}'", text.replace('\'', "''"))),
            Self::Unknown => None,
        }
    }

    /// The command line that goes to `folder`, and does `command` only there.
    pub fn within(self, folder: &str, command: &str) -> Option<String> {
        let folder = self.word(folder)?;
        Some(match self {
            Self::PowerShell => {
                format!("Set-Location -LiteralPath {folder} -ErrorAction Stop; {command}")
            }
            _ => format!("cd {folder} && {command}"),
        })
    }
}

/// Whether every shell takes `text` for itself. `C:\` begins a path of Windows, where a
/// backslash is a letter like any other.
fn is_plain(text: &str) -> bool {
    let drive = |it: &[u8]| matches!(it, [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic());
    let (rest, windows) = if drive(text.as_bytes()) { (&text[2..], true) } else { (text, false) };
    let plain =
        |it: char| it.is_ascii_alphanumeric() || "/._-+".contains(it) || (windows && it == '\\');
    rest.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &[&str] = &[
        "/w\\'; touch X; #",
        "C:\\w' & calc.exe & '",
        "/a b",
        "/it's; reboot",
        "$(rm -rf ~)",
        "`x`",
        "/a\\",
        "/\\'\\'",
        "/%PATH%",
        "/a!b",
        "~root",
        "=ls",
        "a,b",
        "@x",
        "{a,b}",
        "/a|b>c<d^e&f",
        "/‘;x;’",
        "*",
    ];

    /// The words that fish makes of a line of quoted and plain words, by its rules.
    fn by_fish(line: &str) -> Option<String> {
        let Some(inner) = line.strip_prefix('\'') else {
            return is_plain(line).then(|| line.to_owned());
        };
        let (mut word, mut letters) = (String::new(), inner.chars());
        loop {
            match letters.next()? {
                '\\' => match letters.next()? {
                    it @ ('\\' | '\'') => word.push(it),
                    it => word.extend(['\\', it]),
                },
                '\'' => return letters.next().is_none().then_some(word),
                it => word.push(it),
            }
        }
    }

    fn by_power_shell(line: &str) -> Option<String> {
        let is_quote = |it: char| "'‘’‚‛".contains(it);
        let Some(inner) = line.strip_prefix('\'') else {
            return is_plain(line).then(|| line.to_owned());
        };
        let (mut word, mut letters) = (String::new(), inner.chars().peekable());
        loop {
            match letters.next()? {
                it if !is_quote(it) => word.push(it),
                it if letters.next_if(|it| is_quote(*it)).is_some() => word.push(it),
                _ => return letters.next().is_none().then_some(word),
            }
        }
    }

    /// What a shell that is installed here makes of a word.
    fn by(shell: &str, word: &str) -> Option<String> {
        let line = format!("printf %s {word}");
        let output = Command::new(shell).args(["-c", &line]).output().ok()?;
        String::from_utf8(output.stdout).ok()
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        if let Some(word) = Shell::Posix.word(text) {
            prop_assert_eq!(by("sh", &word).unwrap(), text);
        }
        if let Some(word) = Shell::Fish.word(text) {
            prop_assert_eq!(by_fish(&word).unwrap(), text);
        }
        if let Some(word) = Shell::PowerShell.word(text) {
            prop_assert_eq!(by_power_shell(&word).unwrap(), text);
        }
        if let Some(word) = Shell::Unknown.word(text) {
            prop_assert_eq!(&word, text);
            prop_assert!(is_plain(text));
        }
        Ok(())
    }

    #[test]
    fn hostile_words_are_one_word_or_none() {
        for text in HOSTILE {
            check(text).unwrap();
            assert_eq!(Shell::Unknown.word(text), None, "{text}");
        }
        for shell in [Shell::Posix, Shell::Fish, Shell::PowerShell, Shell::Unknown] {
            for none in ["", "-x", "a\nb", "a\tb", "a\rb", "\u{1b}[201~x", "a\u{200b}b"] {
                assert_eq!(shell.word(none), None, "{none:?}");
            }
            assert_eq!(shell.word("/home/ada/x-1").unwrap(), "/home/ada/x-1");
        }
    }

    #[test]
    fn a_path_of_windows_is_plain_where_a_backslash_is_a_letter() {
        let path = "C:\\Users\\ada";
        assert_eq!(Shell::Unknown.word(path).unwrap(), path);
        assert_eq!(Shell::PowerShell.word(path).unwrap(), path);
        check(path).unwrap();
    }

    #[test]
    fn fish_itself_agrees_where_it_is_installed() {
        for text in HOSTILE {
            let word = Shell::Fish.word(text).unwrap();
            if let Some(said) = by("fish", &word) {
                assert_eq!(said, *text);
            }
        }
    }

    #[test]
    fn shells_are_known_by_their_names() {
        for (path, shell) in [
            ("/bin/bash", Shell::Posix),
            ("/usr/bin/fish", Shell::Fish),
            ("C:\\Program Files\\PowerShell\\7\\pwsh.exe", Shell::PowerShell),
            ("/usr/bin/nu", Shell::Unknown),
            ("/bin/tcsh", Shell::Unknown),
            ("", Shell::Unknown),
        ] {
            assert_eq!(Shell::named(path), shell, "{path}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_one_word_or_none(
            text in "[a-c '\"\\\\`$;&|<>()#!%^~*?=@,{}\\[\\]‘’é-]{1,12}",
        ) {
            check(&text)?;
        }
    }
}
