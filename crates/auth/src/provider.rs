//! Who can say who a person is. A provider registers itself; nothing else names it.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// A provider. Register it with `inventory::submit!`; its other half is a file of the
/// deployment's functions.
pub struct ProviderPlugin {
    /// What a person types and the deployment calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The host that serves the pictures of its people.
    pub pictures: &'static str,
    /// Its device flow, if it has one that ends in a token of the deployment's own app.
    pub device: Option<DeviceFlow>,
}

/// Where a provider's device flow (RFC 8628) is.
#[derive(Clone, Copy, Debug)]
pub struct DeviceFlow {
    /// What the deployment calls this way.
    pub method: &'static str,
    /// The provider.
    pub base: &'static str,
    /// Where a code is asked for.
    pub code_path: &'static str,
    /// Where the token is asked for.
    pub token_path: &'static str,
    /// What is asked for.
    pub scope: &'static str,
}

inventory::collect!(ProviderPlugin);

impl ProviderPlugin {
    /// Every provider of this program, by name.
    pub fn registered() -> BTreeMap<&'static str, &'static Self> {
        inventory::iter::<Self>.into_iter().map(|it| (it.name, it)).collect()
    }

    /// The provider of this name.
    ///
    /// # Errors
    /// When there is none: which there are.
    pub fn named(name: &str) -> Result<&'static Self> {
        let all = Self::registered();
        all.get(name).copied().ok_or_else(|| Error::UnknownProvider {
            name: driftline_core::excerpt(name),
            known: all.into_keys().collect::<Vec<_>>().join(", "),
        })
    }
}
