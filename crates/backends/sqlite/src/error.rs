//! What can go wrong with a file, in words that say which file and what to do: the
//! person who reads them did not choose SQLite and should not have to know its codes.

use std::{io, path::Path};

use driftline_core::{BoxError, Error, excerpt};
use rusqlite::{ErrorCode, ffi, types::Type};

/// Turns an error of SQLite into ours. One of ours that travelled inside comes out.
pub(crate) fn failure(path: &Path, source: rusqlite::Error) -> Error {
    use rusqlite::Error as Sql;
    let file = path.display();
    let source = match source {
        Sql::FromSqlConversionFailure(_, _, inner) | Sql::ToSqlConversionFailure(inner) => {
            match inner.downcast::<Error>() {
                Ok(ours) => return *ours,
                Err(other) => return damage(path, &other.to_string()),
            }
        }
        Sql::InvalidColumnType(..) | Sql::IntegralValueOutOfRange(..) | Sql::Utf8Error(..) => {
            return damage(path, &source.to_string());
        }
        other => other,
    };
    let (what, help) = match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            return damage(path, &source.to_string());
        }
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed,
        ) => return busy(path, Some(source.into())),
        Some(ErrorCode::DiskFull) => (
            format!("the disk that holds {file} is full"),
            "free some space and try again; nothing of this change was kept",
        ),
        Some(ErrorCode::ReadOnly) if is_moved(&source) => return moved(path, Some(source.into())),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            return unwritable(path, Some(source.into()));
        }
        Some(ErrorCode::CannotOpen) => (
            format!("{file} cannot be opened"),
            "check that its folder exists, that you may write there, and that the disk is not full",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            format!("{file} cannot be read or written"),
            "check the disk, and that the folder is still there, then try again",
        ),
        Some(ErrorCode::TooBig) => (
            format!("a value is too large for {file}"),
            "make it smaller than a gigabyte; nothing of this change was kept",
        ),
        Some(ErrorCode::OperationInterrupted) => (
            format!("what was asked of {file} came to no end"),
            "if the file comes from somebody else, do not use it; otherwise put a backup in its \
             place",
        ),
        Some(ErrorCode::OutOfMemory) => (
            format!("there is not enough memory to use {file}"),
            "end other programs, then try again",
        ),
        _ => (
            format!("{file} did not do what was asked of it"),
            "try again; if it stays so, please report it with this message",
        ),
    };
    Error::Store { what, help: help.into(), source: Some(source.into()) }
}

/// Turns an error of the file system into ours. `doing` completes "... cannot be".
pub(crate) fn io_failure(path: &Path, doing: &str, source: io::Error) -> Error {
    let help = match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make the folder writable for you, or choose another one"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space on the disk",
        io::ErrorKind::NotADirectory | io::ErrorKind::NotFound => {
            "a part of the path is missing or not a folder: correct the path"
        }
        _ => "check the disk and the path, then try again",
    };
    let what = format!("{} cannot be {doing}", path.display());
    Error::Store { what, help: help.into(), source: Some(source.into()) }
}

/// Nobody may write there.
pub(crate) fn unwritable(path: &Path, source: Option<BoxError>) -> Error {
    Error::Store {
        what: format!("{} cannot be written", path.display()),
        help: "make the file and its folder writable for you, or choose another place".into(),
        source,
    }
}

/// The file that is open is not the one at its path any more.
pub(crate) fn moved(path: &Path, source: Option<BoxError>) -> Error {
    Error::Store {
        what: format!("{} was moved, deleted or replaced while it was in use", path.display()),
        help: "put it back or start this program again; nothing of this change was kept".into(),
        source,
    }
}

/// Somebody else holds the file for longer than anybody should.
pub(crate) fn busy(path: &Path, source: Option<BoxError>) -> Error {
    Error::Store {
        what: format!("another process holds {}", path.display()),
        help: "wait until it is done or end it, then try again; nothing was changed".into(),
        source,
    }
}

fn damage(path: &Path, found: &str) -> Error {
    Error::Damaged { what: path.display().to_string(), found: excerpt(found) }
}

/// Something stored that cannot be read, as an error that travels through SQLite.
pub(crate) fn damaged(what: impl Into<String>, found: &str) -> rusqlite::Error {
    let error = Error::Damaged { what: what.into(), found: excerpt(found) };
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, error.into())
}

/// Something that cannot be stored, as an error that travels through SQLite.
pub(crate) fn refused(error: Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

/// Whether the file itself is at fault.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn is_moved(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|it| it.extended_code == ffi::SQLITE_READONLY_DBMOVED)
}
