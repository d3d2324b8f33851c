//! What every request is answered from.

use std::{net::SocketAddr, sync::Arc};

use driftline_core::Env;
use driftline_reading::Reading;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::{Host, guard::Guard, key::Keys, live::Live, standing::Standing};

/// What every request is answered from.
pub(crate) struct App {
    pub(crate) reading: Reading,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) zone: TimeZone,
    pub(crate) keys: Keys,
    pub(crate) live: Live,
    pub(crate) standing: Standing,
    pub(crate) address: SocketAddr,
    pub(crate) guard: Guard,
    pub(crate) traded: mpsc::UnboundedSender<Traded>,
}

/// What became of the code of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traded {
    /// It let a browser in.
    Now {
        /// The code, which works no more.
        code: String,
    },
    /// It had let a browser in before, and let no other one in.
    Again,
    /// It was too old to let a browser in.
    Late,
}

impl App {
    /// Tells the program what became of a code.
    pub(crate) fn tell(&self, traded: Traded) {
        // Where nobody listens, nobody is told.
        let _nobody_listens = self.traded.send(traded);
    }

    /// The address of a page, with a code that lets one browser in.
    pub(crate) fn link(&self, path: &str) -> String {
        let path = if path.starts_with('/') { path } else { "/" };
        format!("http://{}{path}#code={}", self.address, self.keys.code())
    }
}
