//! What a page is made of, and what is not a page.

use maud::Markup;

/// A page without what all pages share.
pub struct Fragment {
    pub(crate) title: String,
    pub(crate) main: Markup,
    pub(crate) live: &'static [&'static str],
    pub(crate) wide: bool,
    pub(crate) go: Option<String>,
}

impl Fragment {
    /// A page with a title and its contents, which begin with an `h1`.
    pub fn new(title: impl Into<String>, main: Markup) -> Self {
        Self { title: title.into(), main, live: &[], wide: false, go: None }
    }

    /// No page: the browser goes to another one.
    pub fn go(path: impl Into<String>) -> Self {
        Self { go: Some(path.into()), ..Self::new("", Markup::default()) }
    }

    /// The page is shown again when a row of these entities changes; `*` for any, and
    /// `@status` for where the sync stands.
    #[must_use]
    pub fn live(self, entities: &'static [&'static str]) -> Self {
        Self { live: entities, ..self }
    }

    /// The page uses the whole width of the window.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}

/// What is not a page: an image, a text in full, a file to save.
pub struct Download {
    /// What it is, such as `image/png`.
    pub media: String,
    /// What a browser calls it when it is saved.
    pub name: Option<String>,
    /// All of it.
    pub bytes: Vec<u8>,
}
