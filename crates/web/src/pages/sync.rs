//! Where this device stands with the others.

use maud::html;

use crate::{
    Fragment, Request, Result,
    parts::{icon, sentence},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let status = request.host.status()?;
    Ok(Fragment::new(
        "Sync",
        html! {
            h1 { "Sync" }
            p.state data-state=(status.state.word()) {
                (icon("ring")) span { (sentence(&status, request.now)) }
            }
        },
    )
    .live(&["@status", "*"]))
}
