//! How far something is: one line that is written over on a terminal, and elsewhere a
//! line every ten seconds, so that a log shows that it goes on.

use std::io::{self, IsTerminal, Write};

use driftline_core::{Env, Millis};
use unicode_width::UnicodeWidthStr;

use super::{cut, one_line};

const ON_TERMINAL: Millis = 100;
const ELSEWHERE: Millis = 10_000;

/// A line that tells how far something is.
pub(crate) struct Progress<'a> {
    env: &'a dyn Env,
    terminal: Option<usize>,
    last: Option<Millis>,
    shown: usize,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(env: &'a dyn Env) -> Self {
        let width = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0);
        let terminal = io::stderr().is_terminal().then(|| usize::from(width().unwrap_or(80)));
        // Elsewhere the first line comes after ten seconds: most work is done by then.
        let last = if terminal.is_some() { None } else { Some(env.monotonic()) };
        Self { env, terminal, last, shown: 0 }
    }

    /// Shows what `line` says, if it is time to.
    pub(crate) fn show(&mut self, line: impl FnOnce() -> String) {
        let now = self.env.monotonic();
        let pause = if self.terminal.is_some() { ON_TERMINAL } else { ELSEWHERE };
        if self.last.is_some_and(|last| now.saturating_sub(last) < pause) {
            return;
        }
        self.last = Some(now);
        let line = one_line(&line());
        let mut stderr = io::stderr().lock();
        // A line of progress that cannot be written is no reason to stop.
        let _ = match self.terminal {
            None => writeln!(stderr, "{line}"),
            Some(width) => {
                let line = cut(&line, width.saturating_sub(1));
                let rest = " ".repeat(self.shown.saturating_sub(line.width()));
                self.shown = line.width();
                write!(stderr, "\r{line}{rest}").and_then(|()| stderr.flush())
            }
        };
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.shown > 0 {
            let _ = write!(io::stderr().lock(), "\r{}\r", " ".repeat(self.shown));
        }
    }
}
