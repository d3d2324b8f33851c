//! What a snapshot leaves out, because it is another one with every run.

use std::sync::LazyLock;

use regex::Regex;

/// What is left out, and what stands in its place.
static ALL: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let all = [
        // Folders that `tempfile` makes.
        (r"[^ \n\x22'`>]*/\.tmp[A-Za-z0-9]+", "[folder]"),
        (r"[0-9]{4}(-[0-9]{2}){2}([T ][0-9]{2}([:-][0-9]{2}){1,2}(\.[0-9]+)?(Z| UTC)?)?", "[time]"),
        (r"(?-u:\b)([0-9]+|a|an) (second|minute|hour|day|week|month|year)s? ago(?-u:\b)", "[time]"),
        (r"(?-u:\b)just now(?-u:\b)", "[time]"),
        (r"(?-u:\b)in [0-9]+\.[0-9] s(?-u:\b)", "in [length]"),
        (r"(?-u:\b)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?-u:\b)", "[id]"),
        (r"(?-u:\b)[0-9a-f]{8}(-[0-9a-f]{1,4}){1,3}(?-u:\b)", "[id]"),
        (r"(?-u:\b)[0-9a-f]{4}(-[0-9a-f]{1,4}){2,3}(?-u:\b)", "[id]"),
        (r"(?-u:\b)device [0-9a-f]{8}(?-u:\b)", "device [id]"),
        (r"(?-u:\b)[0-9A-Z]{4}-[0-9A-Z]{4}(?-u:\b)", "[code]"),
        (r"127\.0\.0\.1:[0-9]+", "127.0.0.1:[port]"),
        // How wide a column is follows from what was left out.
        (r"([^ \n]) {3,}", "$1   "),
        (r"-{4,}", "---"),
    ];
    all.into_iter().map(|(form, shown)| (Regex::new(form).unwrap(), shown)).collect()
});

/// A text without ids, times, folders of tests, ports and the code of digests.
pub fn redact(text: &str) -> String {
    let mut text = text.to_owned();
    for (form, shown) in ALL.iter() {
        text = form.replace_all(&text, *shown).into_owned();
    }
    text
}

/// Markup with each element on a line of its own, and [`redact`]ed.
pub fn markup(page: &str) -> String {
    redact(&page.replace("><", ">\n<"))
}
