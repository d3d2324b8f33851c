//! Joins the modules of the script and the layers of the style sheet, each into the one
//! file that the browser asks for. In Rust, because who builds the program has no Node.

#[path = "build/join.rs"]
mod join;

use std::{env, error::Error, fs, path::Path};

/// The layers of the style sheet, the later over the earlier.
const LAYERS: [&str; 13] = [
    "tokens", "base", "shell", "lists", "forms", "session", "prose", "tool", "code", "thread",
    "desk", "status", "find",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=build");
    let out = env::var("OUT_DIR")?;
    let read = |path: String| fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"));
    let script = join::modules("start.js", &|name| read(format!("assets/js/{name}")))?;
    fs::write(Path::new(&out).join("app.js"), script)?;
    let layers: Vec<_> = LAYERS.iter().map(|it| read(format!("assets/css/{it}.css"))).collect();
    let style: String = layers.into_iter().collect::<Result<_, _>>()?;
    fs::write(Path::new(&out).join("app.css"), join::lean(&style))?;
    Ok(())
}
