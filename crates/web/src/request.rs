//! What a page is asked with, and what it may use to answer.

use driftline_client::OpenProfile;
use driftline_core::{Id, Millis, Replica};
use driftline_reading::Reading;
use jiff::tz::TimeZone;

use crate::{
    Error, Host, Result,
    query::Pairs,
    standing::{Standing, State},
};

/// What a page or an action is asked with, and what it may use to answer.
pub struct Request<'a> {
    /// The rows.
    pub replica: &'a Replica,
    /// What people read, worked out from them.
    pub reading: &'a Reading,
    /// The profile that they are of, and what is done with it.
    pub profile: &'a OpenProfile,
    /// The rest of the program.
    pub host: &'a dyn Host,
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Where the person is.
    pub zone: &'a TimeZone,
    pub(crate) standing: &'a Standing,
    /// Now, by the clock that never goes back.
    pub(crate) monotonic: Millis,
    pub(crate) path: &'a str,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) query: Pairs,
}

impl Request<'_> {
    /// Where things stand, as every page tells it.
    pub(crate) fn state(&self) -> Result<State> {
        self.standing.at(self.monotonic, self.reading, self.host)
    }

    /// The address of the page, without the query.
    pub fn path(&self) -> &str {
        self.path
    }

    /// The part of the path that the table calls `{name}`; empty if it has no such part.
    pub fn part(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value)
    }

    /// The part of the path that the table calls `{name}`, as an id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is none.
    pub fn id(&self, name: &str) -> Result<Id> {
        let text = self.part(name);
        text.parse().map_err(|_| {
            Error::NotFound(format!("`{}` is not an id", driftline_core::excerpt(text)))
        })
    }

    /// The value of a name in the query, without the space around it; none if nothing is
    /// left.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(str::trim).filter(|it| !it.is_empty())
    }

    /// Every name and value of the query.
    pub fn queries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter()
    }

    /// The address of this page with one name of the query set, or taken away.
    pub fn with(&self, name: &str, value: Option<&str>) -> String {
        let query = self.query.with(name, value).encode();
        if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) }
    }
}
