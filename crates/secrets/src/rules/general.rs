//! Forms that no service owns, and what a text itself calls a secret.

use crate::rule::{Rule, form, random};

/// Up to its end; where that is missing, as many lines as look like its. Between them may be
/// what a program puts around lines: numbers, quotes, the marks of a difference.
const PRIVATE_KEY: &str = concat!(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    r#"(?:\\[nrt]?|\s|[0-9]{1,6}(?:→|[|:\t])|["'+>|,])*[A-Za-z0-9+/=:, -]{16,}"#,
    r"(?:[^-]*(?:-{1,4}[^-]+)*-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----",
    r#"|(?:(?:\\[nrt]?|\s|[0-9]{1,6}(?:→|[|:\t])|["'+>|,])+[A-Za-z0-9+/=]{16,})*)"#,
    r"|PuTTY-User-Key-File-[0-9]: ",
    r"|Private-Lines: ?[0-9]+(?:(?:\\[nr]|\s)+[A-Za-z0-9+/=]{40,})*(?:\\[nr]|\s)+[A-Za-z0-9+/=]+",
);

pub(super) const RULES: &[Rule] = &[
    form(
        "private-key",
        "Private key",
        &["private key", "putty-user-key-file", "private-lines"],
        PRIVATE_KEY,
    ),
    form("jwt", "Signed token (JWT)", &["eyj"], r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}"),
    random(
        "authorization-header",
        "Authorization header",
        &["authorization", "x-api-key", "proxy-authorization"],
        r#"(?i)(?:authorization|x-api-key)\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:bearer|basic|token|apikey)?\s{0,3}([A-Za-z0-9._~+/=-]{16,})"#,
    ),
    random("bearer-token", "Bearer token", &["bearer "], r"(?i)\bbearer ([A-Za-z0-9._~+/=-]{20,})"),
    random(
        "url-password",
        "Password in an address",
        &["://"],
        r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'`<>\\]{0,64}:([^\s:/@"'`<>\\$\{\}\*]{6,128})@[\w\[]"#,
    ),
    random(
        "netrc-password",
        "Password of a netrc file",
        &["machine "],
        r"\bmachine \S+\s+login \S+\s+password (\S{6,})",
    ),
    random(
        "registry-password",
        "Login of a package registry",
        &["_authtoken", "_auth", "_password"],
        r#"(?i)_(?:authToken|auth|password)\s*=\s*"?([A-Za-z0-9+/=_.-]{16,})"#,
    ),
    random(
        "assigned-secret",
        "What is called a key, token or password",
        &["key", "secret", "token", "passw", "pwd", "credential"],
        r#"(?i)(?:api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|secret|token|passwd|password|pwd|passphrase|credentials?)(?:_[a-z0-9]{1,12}){0,2}\\?["'`]?\s{0,4}(?::=|=>|[:=])\s{0,4}\\?["'`]([A-Za-z0-9_+/=.~!@#%^&*-]{12,200})\\?["'`]"#,
    ),
    random(
        "environment-secret",
        "Secret of an environment file",
        &["key=", "secret=", "token=", "password=", "passwd=", "pwd="],
        r#"\b[A-Z][A-Z0-9_]{0,60}(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|PWD)=([A-Za-z0-9_+/=.~!@#%^&*-]{12,200})"#,
    ),
];
