//! The only way to the terminal: data to stdout, everything else to stderr, and no
//! character of any row, file or server's answer that could drive a terminal.

mod paint;
mod progress;
mod table;
mod text;

use std::{
    io::{self, BufWriter, IsTerminal, Stdout, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, Result};
use driftline_core::SecretString;
use serde::Serialize;

pub(crate) use self::{
    paint::{Paint, Painted},
    progress::Progress,
    table::table,
    text::{cut, one_line, safe},
};

/// Who was reading the output has stopped (`| head`): there is nobody to tell.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub(crate) struct ReaderGone;

/// Where a command writes.
pub(crate) struct Output {
    /// Whether data is written as JSON.
    pub(crate) json: bool,
    stdout: Mutex<BufWriter<Stdout>>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, stdout: Mutex::new(BufWriter::new(io::stdout())) }
    }

    /// Data for a person.
    pub(crate) fn print(&self, text: &str) -> Result<()> {
        self.write(&safe(text))
    }

    /// Text to put colours into, if they would be seen and are wanted.
    pub(crate) fn painted(&self) -> Painted {
        let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|it| it == "dumb");
        Painted::new(io::stdout().is_terminal() && !dumb && !set("NO_COLOR"))
    }

    /// Data for a person, with colours.
    pub(crate) fn print_painted(&self, text: &Painted) -> Result<()> {
        self.write(text.as_str())
    }

    /// Data for a person, in pieces of which some stand out where a terminal shows them.
    pub(crate) fn print_marked<'a>(
        &self,
        pieces: impl IntoIterator<Item = (&'a str, bool)>,
    ) -> Result<()> {
        let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let mut line = String::new();
        for (text, stands_out) in pieces {
            let text = safe(text);
            match stands_out && colours {
                true => line.push_str(&format!("\u{1b}[1;33m{text}\u{1b}[0m")),
                false => line.push_str(&text),
            }
        }
        self.write(&line)
    }

    /// Data for a program. Characters that could drive a terminal are written as
    /// JSON's own escapes, so that nothing is lost.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value).context("the answer is no JSON")?;
        self.write(&text::escaped(&text))
    }

    /// Data for a program that reads line by line while more is to come.
    pub(crate) fn json_line(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value).context("the answer is no JSON")?;
        self.write(&text::escaped(&text))?;
        self.flush()
    }

    /// Chatter, after what was printed before it.
    pub(crate) fn say(&self, text: &str) {
        // If nobody reads the data any more, the next write tells.
        let _ = self.flush();
        // Where not even this can be told, nobody can be told.
        let _ = writeln!(io::stderr().lock(), "{}", safe(text));
    }

    /// Chatter that a program does not want.
    pub(crate) fn chat(&self, text: &str) {
        if !self.json {
            self.say(text);
        }
    }

    /// Asks whoever sits at a terminal and returns the answer in small letters; none where
    /// nobody does.
    pub(crate) fn ask(&self, question: &str) -> Result<Option<String>> {
        Ok(self.ask_line(question)?.map(|it| it.to_lowercase()))
    }

    /// The same, as it was typed.
    pub(crate) fn ask_line(&self, question: &str) -> Result<Option<String>> {
        if !self.asks()? {
            return Ok(None);
        }
        let asked = write!(io::stderr().lock(), "{}", safe(question));
        asked.context("the question cannot be asked")?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("the answer cannot be read")?;
        Ok(Some(line.trim().to_owned()))
    }

    /// The same, for what nobody may see being typed.
    pub(crate) fn ask_secret(&self, question: &str) -> Result<Option<SecretString>> {
        if !self.asks()? {
            return Ok(None);
        }
        let typed = rpassword::prompt_password(safe(question).to_string());
        let typed = typed.context("what was typed cannot be read")?;
        Ok(Some(typed.trim()).filter(|it| !it.is_empty()).map(SecretString::from))
    }

    /// Whether somebody sits there to be asked.
    fn asks(&self) -> Result<bool> {
        if self.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(false);
        }
        self.flush()?;
        Ok(true)
    }

    pub(crate) fn flush(&self) -> Result<()> {
        self.stdout().flush().map_err(failed)
    }

    /// How many columns a line may have; none where no terminal shows it.
    pub(crate) fn width(&self) -> Option<usize> {
        let size = || terminal_size::terminal_size_of(io::stdout());
        let width = || size().map_or(80, |(width, _)| usize::from(width.0).max(40));
        io::stdout().is_terminal().then(width)
    }

    fn stdout(&self) -> MutexGuard<'_, BufWriter<Stdout>> {
        self.stdout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, text: &str) -> Result<()> {
        let mut stdout = self.stdout();
        writeln!(stdout, "{}", text.trim_end_matches('\n')).map_err(failed)
    }
}

fn failed(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ReaderGone.into();
    }
    anyhow::Error::new(error).context("the output cannot be written")
}
