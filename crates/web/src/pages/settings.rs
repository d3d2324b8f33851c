//! What is stored where, where transcripts come from, and the config in force.

use maud::html;

use crate::{Fragment, Request, Result};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let settings = request.host.settings()?;
    Ok(Fragment::new(
        "Settings",
        html! {
            h1 { "Settings" }
            h2 { "Config" }
            table.table {
                thead { tr { th scope="col" { "Key" } th scope="col" { "Value" }
                    th scope="col" { "Where it comes from" } } }
                tbody {
                    @for it in &settings {
                        tr { th scope="row" { code { (it.key) } } td { (it.value) } td { (it.origin) } }
                    }
                }
            }
        },
    ))
}
