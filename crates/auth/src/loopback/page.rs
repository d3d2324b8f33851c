//! What a browser is shown. It loads nothing, runs nothing, is kept nowhere, and says
//! nothing of the address that it was opened with.

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Done,
    Denied,
    NotInvited,
    Bad,
    Long,
    Slow,
    Misdirected,
    Method,
    Missing,
}

impl Page {
    /// The whole response.
    pub(super) fn response(self) -> String {
        let (status, title, text) = self.words();
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <main>\n<h1>{title}</h1>\n<p>{text}</p>\n</main>\n</html>\n"
        );
        let allow = if self == Self::Method { "Allow: GET\r\n" } else { "" };
        format!(
            "HTTP/1.1 {status}\r\n\
             Content-Type: text/html; charset=utf-8\r\n\
             Content-Length: {}\r\n\
             Cache-Control: no-store\r\n\
             Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'none'\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\n\
             Referrer-Policy: no-referrer\r\n\
             X-Content-Type-Options: nosniff\r\n\
             X-Frame-Options: DENY\r\n\
             {allow}Connection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Done => (
                "200 OK",
                "Back to Driftline",
                "You can close this tab. Driftline goes on in the terminal.",
            ),
            Self::Denied => (
                "200 OK",
                "Not signed in",
                "Nothing was changed. You can close this tab and start again when you like.",
            ),
            Self::NotInvited => (
                "200 OK",
                "Not signed in",
                "This account may not sign in to this deployment. Driftline says more.",
            ),
            Self::Bad => ("400 Bad Request", "Bad request", "This is not a sign-in."),
            Self::Long => ("431 Request Header Fields Too Large", "Too long", "Ask for less."),
            Self::Slow => ("408 Request Timeout", "Too slow", "Start again."),
            Self::Misdirected => ("421 Misdirected Request", "Wrong host", "This is not a site."),
            Self::Method => ("405 Method Not Allowed", "Wrong method", "This is not a sign-in."),
            Self::Missing => ("404 Not Found", "Nothing here", "This is not a sign-in."),
        }
    }
}
