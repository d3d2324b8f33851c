//! What every address answers to whoever asks: a page without contents.

use maud::{DOCTYPE, Markup, html};

use crate::{keys::KEYS, parts::icon};

/// The screens that are always a key away.
const NAV: [(&str, &str); 5] = [
    ("/sessions", "Sessions"),
    ("/search", "Search"),
    ("/inbox", "Inbox"),
    ("/workspaces", "Workspaces"),
    ("/sync", "Sync"),
];

/// The page without contents; `opening` is the command that opens it for who may read it.
pub(crate) fn shell(opening: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Driftline" }
                link rel="stylesheet" href="/assets/app.css";
                script type="module" src="/assets/app.js" {}
            }
            body.shell {
                a.skip href="#main" { "Skip to the contents" }
                header.top {
                    nav.nav aria-label="Screens" {
                        @for (path, name) in NAV {
                            a href=(path) { (name)
                                @if path == "/inbox" { span #unread hidden {} }
                            }
                        }
                        details.more {
                            summary { "More" }
                            div #more {}
                        }
                    }
                    div.tools {
                        a.sync #sync href="/sync" { span.vh { "Sync" } }
                        button.btn.btn--bare type="button" data-do="help"
                            aria-label="Keys and help" title="Keys and help" { "?" }
                    }
                }
                div #importing.importing hidden {}
                span #errand hidden {}
                p #pill.pill hidden { button type="button" {} }
                main #main tabindex="-1" aria-busy="true" {
                    noscript {
                        p.empty { "Driftline's pages are fetched by its script. Allow scripts \
                                   for this address; they come from this machine alone." }
                    }
                }
                div #toasts.toasts role="status" aria-live="polite" {}
                p #said.vh role="status" aria-live="polite" {}
                (help())
                (closed(opening))
            }
        }
    }
}

fn help() -> Markup {
    html! {
        dialog #help.dialog aria-labelledby="help-title" {
            header {
                h2 #help-title { "Keys" }
                form method="dialog" {
                    button.btn.btn--bare aria-label="Close" { (icon("close")) }
                }
            }
            div.keys {
                @for (heading, keys) in KEYS {
                    section {
                        h3 { (heading) }
                        dl {
                            @for key in *keys {
                                div data-keys=(key.keys) data-does=(key.does) {
                                    dt { @for it in key.keys.split(' ') { kbd { (it) } " " } }
                                    dd { (key.what) }
                                }
                            }
                        }
                    }
                }
            }
            p {
                label { input #one-letter type="checkbox"; " Use keys of one letter" }
                " · " a href="/help" { "Help and search words" }
            }
        }
    }
}

/// What a browser shows that has no secret, or whose program has ended.
fn closed(opening: &str) -> Markup {
    html! {
        template #closed {
            h1 { "Open this page from Driftline" }
            div.empty {
                p { "Only a browser that the program opened may read what is here." }
                p { "In a terminal:" }
                pre { code { (opening) } }
                p { "If this window worked before, the program was started again meanwhile." }
            }
        }
        template #gone {
            div.box.box--warn role="alert" {
                p { strong { "Driftline is not running. " }
                    "What you see is what it showed last. Start it again in a terminal: "
                    code { (opening) } }
            }
        }
    }
}
