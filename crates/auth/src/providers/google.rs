//! Google. Its device flow is for apps whose secret is on the device; the typed code does
//! the same without one.

use crate::ProviderPlugin;

inventory::submit! {
    ProviderPlugin {
        name: "google",
        title: "Google",
        pictures: "lh3.googleusercontent.com",
        device: None,
    }
}
