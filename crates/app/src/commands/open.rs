//! `open`, and the program without a command: the app in the browser.

use std::slice;

use anyhow::Result;
use clap::Args;

use crate::{context::Context, rows, serve};

/// The app in the browser.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Open {
    /// The row to show, by the start of its id. Default: the first page
    id: Option<String>,
    /// Do not open a browser: print an address that works once, within a minute
    #[arg(long)]
    no_browser: bool,
    /// The port, if the app is not running yet. Default: any free one
    #[arg(long, value_name = "NUMBER")]
    port: Option<u16>,
}

impl Open {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let path = match &self.id {
            Some(typed) => {
                let device = context.device()?;
                let (entity, id) = rows::named(context, &device, slice::from_ref(typed))?;
                driftline_web::address_of(context.schema.entity(&entity)?, id)
            }
            None => "/".to_owned(),
        };
        serve::open(context, &path, self.no_browser, self.port.unwrap_or(0))
    }
}
