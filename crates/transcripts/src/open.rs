//! Opening a file of an agent. Anything else of that name, such as a link or a pipe, could
//! lead out of the agent's folder or never end.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{Error, Result, walk::name_of};

/// Opens a file that is one, and no link to one.
pub(crate) fn open(path: &Path) -> Result<File> {
    let failed = |source| Error::Open { path: path.to_owned(), source };
    let check = |kind: fs::FileType| match kind.is_file() {
        true => Ok(()),
        false => Err(Error::NotAFile { path: path.to_owned(), what: name_of(kind) }),
    };
    check(fs::symlink_metadata(path).map_err(failed)?.file_type())?;
    let file = File::open(path).map_err(failed)?;
    check(file.metadata().map_err(failed)?.file_type())?;
    Ok(file)
}
