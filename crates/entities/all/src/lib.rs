//! Links every entity crate of this repository. A crate that is only named in a
//! Cargo.toml is not linked, and its entity silently does not exist: the names below
//! are what links them.

pub use driftline_comments as comments;
pub use driftline_inbox as inbox;
pub use driftline_messages as messages;
pub use driftline_sessions as sessions;
pub use driftline_workspaces as workspaces;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use driftline_core::Schema;

    #[test]
    fn every_entity_crate_is_linked() {
        let all = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders: BTreeSet<String> = fs::read_dir(all.parent().unwrap())
            .unwrap()
            .map(|it| it.unwrap().path())
            .filter(|it| it.join("Cargo.toml").is_file() && it != all)
            .map(|it| it.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        let registered: BTreeSet<String> =
            Schema::registered().unwrap().entities().iter().map(|it| it.name.into()).collect();
        assert_eq!(
            registered, folders,
            "a folder beside `all` is an entity's name; each needs a line in all/Cargo.toml and \
             one in all/src/lib.rs"
        );
    }
}
