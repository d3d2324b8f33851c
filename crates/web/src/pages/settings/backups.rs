//! The copies that there are of everything, and a button that makes one.

use driftline_client::backup::Copy;
use driftline_text::size;
use maud::{Markup, html};

use crate::{Request, parts};

pub(super) fn section(request: &Request<'_>, backups: &[Copy]) -> Markup {
    html! {
        section aria-labelledby="backups" {
            h2 #backups { "Backups" }
            @if backups.is_empty() { p.muted { "None was made yet." } }
            ul.list {
                @for it in backups {
                    li.row data-key=(it.path.display()) {
                        div.row-main {
                            span.cut { (it.path.file_name().unwrap_or_default().display()) }
                            div.muted.cut { code { (it.path.display()) } }
                        }
                        span.num.muted { (size(it.bytes)) }
                        @if let Some(at) = it.at.and_then(|it| i64::try_from(it).ok()) {
                            span.muted.when { (parts::day_and_time(request, at)) }
                        }
                    }
                }
            }
            div.bar { button.btn data-post="/backup" { "Make a backup now" } }
            p.muted { "A copy of the database as it is at this moment, checked when it is written. \
                The same on a command line: " code { (request.host.call("backup")) } }
            @if let Some(name) = backups.first().and_then(|it| it.path.file_name()) {
                p.muted { "To go back to one, which copies first what is here: "
                    code { (request.host.call(&format!("backup restore {}", name.display()))) } }
            }
        }
    }
}
