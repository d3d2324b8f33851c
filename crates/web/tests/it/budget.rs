//! What the script and the style sheet may weigh, and what they must not do.
#![allow(clippy::print_stdout, reason = "helpers of tests, and figures")]

use std::io::Write as _;

use driftline_web::{script, style};
use flate2::{Compression, write::GzEncoder};

fn packed(text: &str) -> usize {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap().len()
}

#[test]
fn the_script_and_the_styles_stay_small() {
    let (script, style) = (packed(script()), packed(style()));
    println!("script {script} bytes packed, styles {style}");
    assert!(script <= 10 << 10, "the script has {script} bytes");
    assert!(style <= 8 << 10, "the styles have {style} bytes");
}

#[test]
fn nothing_is_fetched_from_elsewhere_and_nothing_is_run_from_text() {
    for text in [script(), style()] {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for bad in ["http:", "https:", "//", "@import", "url("] {
            assert!(!text.contains(bad), "{bad}");
        }
    }
    for bad in
        ["innerHTML", "outerHTML =", "insertAdjacentHTML", "eval(", "document.write", "cookie"]
    {
        assert!(!script().contains(bad), "{bad}");
    }
}
