//! Where a database is, and as whom: a URL of PostgreSQL, read here alone. The password in it
//! goes into a type that does not print before anything else looks at it, and nothing that is
//! shown, logged or kept has it.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use driftline_core::{Error, Result, SecretString, excerpt};
use percent_encoding::percent_decode_str;
use url::Url;

/// What the setting `url` accepts.
pub(crate) const ADDRESS: &str =
    "the address of a PostgreSQL database, such as postgres://me@db.example.org/driftline";

/// The port of PostgreSQL, where the URL names none.
const PORT: u16 = 5432;
/// What a URL may say after its `?`.
const KNOWN: &str = "`sslmode`, `user`, `host` (the folder of a socket) and `port`";

/// A database, and the role that people are there.
#[derive(Clone, Debug)]
pub struct Address {
    pub(crate) user: String,
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) database: String,
    /// The connection is encrypted, and the server shows a certificate for its name.
    pub(crate) tls: bool,
    pub(crate) password: Option<SecretString>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Host {
    /// A machine.
    Machine(String),
    /// The folder of a socket on this machine.
    Folder(PathBuf),
}

impl Address {
    /// Reads `postgres://USER@HOST:PORT/DATABASE`. To another machine the connection is always
    /// encrypted, whatever `sslmode` says; to this one if `sslmode` asks for it.
    ///
    /// # Errors
    /// When it is no such address. The text is not in the error: a password may be in it.
    pub fn read(text: &str) -> Result<Self> {
        let url = Url::parse(text).map_err(|_| wrong(ADDRESS))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong(ADDRESS));
        }
        let mut user = decoded(url.username()).ok_or_else(|| wrong("a role that is UTF-8"))?;
        let password = match url.password() {
            Some(it) => {
                let it = decoded(it).ok_or_else(|| wrong("a password that is UTF-8"))?;
                Some(it.into())
            }
            None => None,
        };
        let database = decoded(url.path().trim_start_matches('/'));
        let database = database.ok_or_else(|| wrong("a database whose name is UTF-8"))?;
        let named = url.host_str().map(|it| it.trim_matches(['[', ']'])).unwrap_or_default();
        let mut host = decoded(named).ok_or_else(|| wrong(ADDRESS))?;
        let mut port = url.port().unwrap_or(PORT);
        let mut asks_for_tls = false;
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "sslmode" => asks_for_tls = sslmode(&value)?,
                "user" => user = value.into_owned(),
                "host" => host = value.into_owned(),
                "port" => port = value.parse().map_err(|_| wrong("a port from 1 to 65535"))?,
                other => {
                    let known = format!("{KNOWN} after its `?`, not `{}`", excerpt(other));
                    return Err(wrong(&known));
                }
            }
        }
        if host.is_empty() {
            return Err(wrong("an address with a machine: postgres://ROLE@HOST/NAME"));
        }
        if user.is_empty() {
            return Err(wrong("an address with a role: postgres://ROLE@HOST/NAME"));
        }
        let database = if database.is_empty() { user.clone() } else { database };
        let host = match Path::new(&host).is_absolute() {
            true => Host::Folder(host.into()),
            false => Host::Machine(host.to_lowercase()),
        };
        let tls = matches!(host, Host::Machine(_)) && (asks_for_tls || !host.is_here());
        Ok(Self { user, host, port, database, tls, password })
    }

    /// What a person calls it: the database and the machine.
    pub(crate) fn name(&self) -> String {
        let port = if self.port == PORT { String::new() } else { format!(":{}", self.port) };
        match &self.host {
            Host::Machine(name) => format!("{} at {name}{port}", self.database),
            Host::Folder(folder) => format!("{} at {}{port}", self.database, folder.display()),
        }
    }

    /// The one name under which secrets for it are kept: no two addresses share it, and it
    /// never has a password.
    pub fn place(&self) -> String {
        let Self { user, port, database, .. } = self;
        let host = match &self.host {
            Host::Machine(name) => name.clone(),
            Host::Folder(folder) => folder.display().to_string(),
        };
        // As texts with quotes, so that no name can look like two.
        format!("postgres {user:?} {host:?} {port} {database:?}")
    }
}

impl Host {
    fn is_here(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Machine(name) => {
                name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
            }
        }
    }
}

/// Whether the connection must be encrypted. Certificates are checked wherever it is.
fn sslmode(value: &str) -> Result<bool> {
    match value {
        "disable" | "allow" | "prefer" => Ok(false),
        "require" | "verify-ca" | "verify-full" => Ok(true),
        _ => Err(wrong("an `sslmode` that PostgreSQL knows, such as `verify-full`")),
    }
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?.into_owned();
    // No name or password of PostgreSQL can hold it, and the protocol ends texts with it.
    (!text.contains('\0')).then_some(text)
}

fn wrong(expected: &str) -> Error {
    Error::bad_value("[remote]", "url", expected)
}

#[cfg(test)]
mod tests {
    use driftline_core::ExposeSecret;

    use super::*;

    #[test]
    fn to_another_machine_it_is_encrypted_whatever_the_url_says() {
        for (url, tls) in [
            ("postgres://me@db.example.org/x?sslmode=disable", true),
            ("postgres://me@db.example.org/x", true),
            ("postgresql://me@192.0.2.7/x?sslmode=prefer", true),
            ("postgres://me@localhost/x", false),
            ("postgres://me@127.0.0.1/x", false),
            ("postgres://me@[::1]/x", false),
            ("postgres://me@localhost/x?sslmode=require", true),
            ("postgres:///x?host=/run/postgresql&user=me", false),
            ("postgres://me@localhost/x?host=/run/postgresql&sslmode=require", false),
            ("postgres://me@%2Frun%2Fpostgresql/x", false),
            ("postgres://me@localhost.example.org/x", true),
        ] {
            let address = Address::read(url).unwrap();
            assert_eq!(address.tls, tls, "{url}");
        }
    }

    #[test]
    fn a_password_is_read_and_never_shown() {
        let address = Address::read("postgres://me:h%40t%2Fer@localhost/x").unwrap();
        assert_eq!(address.password.as_ref().unwrap().expose_secret(), "h@t/er");
        for shown in [address.name(), address.place(), format!("{address:?}")] {
            assert!(!shown.contains("h@t") && !shown.contains("h%40t"), "{shown}");
        }
        for wrong in [
            "postgres://me:hunter2@localhost/x?sslrot=1",
            "postgres://:hunter2@localhost/x",
            "postgres://me:hunter2@localhost:99999/x",
            "postgres://me:hunter2@localhost/x?sslmode=hunter2",
            "mysql://me:hunter2@localhost/x",
            "me:hunter2@localhost/x",
        ] {
            let error = Address::read(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn no_two_addresses_share_a_place() {
        let place = |url| Address::read(url).unwrap().place();
        let one = place("postgres://me@db.example.org/x");
        assert_eq!(one, place("postgresql://me:secret@DB.example.org:5432/x?sslmode=require"));
        for other in [
            "postgres://me@db.example.org/y",
            "postgres://me@db.example.org:5433/x",
            "postgres://you@db.example.org/x",
            "postgres://me@db.example.net/x",
            "postgres://me@db.example.org/x%22%20",
        ] {
            assert_ne!(one, place(other), "{other}");
        }
    }
}
