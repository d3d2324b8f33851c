//! The one script and the one style sheet, put together when this is compiled. What is
//! there for who reads the files is left out of what is sent.

use std::sync::LazyLock;

macro_rules! joined {
    ($($file:literal)*) => { concat!($(include_str!($file), "\n"),*) };
}

/// The script: modules that share one scope, in the order in which they are named.
pub fn script() -> &'static str {
    static SCRIPT: LazyLock<String> = LazyLock::new(|| lean(SOURCES));
    &SCRIPT
}

/// The style sheet: layers, the later over the earlier.
pub fn style() -> &'static str {
    static STYLE: LazyLock<String> = LazyLock::new(|| lean(STYLES));
    &STYLE
}

/// Lines without their margin, and without those that are comments.
fn lean(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("//"));
    lines.flat_map(|it| [it, "\n"]).collect()
}

const SOURCES: &str = joined!(
    "../assets/js/key.js"
    "../assets/js/net.js"
    "../assets/js/morph.js"
    "../assets/js/toast.js"
    "../assets/js/page.js"
    "../assets/js/forms.js"
    "../assets/js/files.js"
    "../assets/js/keys.js"
    "../assets/js/live.js"
    "../assets/js/session.js"
    "../assets/js/find.js"
    "../assets/js/start.js"
);

const STYLES: &str = joined!(
    "../assets/css/tokens.css"
    "../assets/css/base.css"
    "../assets/css/shell.css"
    "../assets/css/lists.css"
    "../assets/css/forms.css"
    "../assets/css/session.css"
    "../assets/css/desk.css"
    "../assets/css/status.css"
    "../assets/css/find.css"
);
