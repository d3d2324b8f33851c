//! The one script and the one style sheet, joined by `build.rs` when this is compiled: one
//! request for each, and no comment on its way.

/// The script.
pub fn script() -> &'static str {
    include_str!(concat!(env!("OUT_DIR"), "/app.js"))
}

/// The style sheet.
pub fn style() -> &'static str {
    include_str!(concat!(env!("OUT_DIR"), "/app.css"))
}
