//! GitHub.

use crate::{DeviceFlow, ProviderPlugin};

inventory::submit! {
    ProviderPlugin {
        name: "github",
        title: "GitHub",
        pictures: "avatars.githubusercontent.com",
        device: Some(DeviceFlow {
            method: "github-device",
            base: "https://github.com",
            code_path: "/login/device/code",
            token_path: "/login/oauth/access_token",
            scope: "read:user",
        }),
    }
}
