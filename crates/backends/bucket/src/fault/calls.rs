//! What became of a call to the store of objects, for a person.

use std::io::ErrorKind;

use driftline_core::Error;
use object_store::Error as Cause;

/// What became of a call, for a person.
pub(crate) fn failed(name: &str, error: Cause) -> Error {
    failed_to(name, "what syncing needs", error)
}

/// The same of a call that was to do this, as in "listing".
pub(crate) fn failed_to(name: &str, doing: &str, error: Cause) -> Error {
    let (what, help) = match &error {
        _ if is_elsewhere(&error) => (
            format!("{name} is in another region"),
            "set `region` to the region of the bucket, and connect again",
        ),
        _ if says(&error, &["NoSuchBucket", "ContainerNotFound"]) => (
            format!("there is no bucket {name}"),
            "check its address, or make the bucket first; nothing here is lost",
        ),
        _ if says(&error, &["ExpiredToken", "TokenRefreshRequired", "InvalidToken"]) => {
            (format!("the credentials for {name} have expired"), "get new ones, and connect again")
        }
        _ if says(&error, &["RequestTimeTooSkewed"]) => {
            (format!("{name} has another time than this machine"), "set the clock of this machine")
        }
        _ if says(&error, &["InvalidAccessKeyId", "SignatureDoesNotMatch"]) => (
            format!("{name} does not accept the credentials"),
            "check the access key and its secret, and connect again",
        ),
        Cause::Unauthenticated { .. } => (
            format!("{name} does not accept the credentials"),
            "check the access key, its secret and the region, and connect again",
        ),
        _ if is_full(&error) => (
            format!("there is no room left at {name}"),
            "make room there; nothing here is lost, and what was not sent yet waits",
        ),
        _ if is_forbidden(&error) => (
            format!("{name} does not permit {doing}"),
            "let these credentials list, read, write and delete there; a folder must be writable",
        ),
        Cause::NotImplemented { .. } | Cause::NotSupported { .. } => (
            format!("{name} lacks what syncing needs: creating an object only if it is absent"),
            "choose another store, such as S3, R2, Google Cloud Storage or Azure",
        ),
        Cause::InvalidPath { .. } | Cause::UnknownConfigurationKey { .. } => {
            (format!("{name} is no place for a bucket"), "check its address")
        }
        _ => {
            let source = Some(error.into());
            return Error::Unavailable { remote: name.to_owned(), retry_after: None, source };
        }
    };
    Error::Store { what, help: help.into(), source: Some(error.into()) }
}

/// Whether nothing has the name that was asked for, in a place that there is.
pub(crate) fn is_absent(error: &Cause) -> bool {
    let is_not_found = matches!(error, Cause::NotFound { .. });
    is_not_found && !says(error, &["NoSuchBucket", "ContainerNotFound"])
}

/// Whether somebody else decides whether this may be done.
pub(crate) fn is_forbidden(error: &Cause) -> bool {
    let kinds = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
    let is_denied = matches!(error, Cause::PermissionDenied { .. });
    is_denied || of_folder(error).is_some_and(|it| kinds.contains(&it))
}

fn is_full(error: &Cause) -> bool {
    let codes = ["StorageFull", "XMinioStorageFull", "QuotaExceeded", "InsufficientStorage"];
    let kinds = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded];
    says(error, &codes)
        || chain(error).any(|it| it.contains("status code: 507"))
        || of_folder(error).is_some_and(|it| kinds.contains(&it))
}

/// What a disk said. A network says such things, too, and means that it cannot be reached.
fn of_folder(error: &Cause) -> Option<ErrorKind> {
    let Cause::Generic { store: "LocalFileSystem", .. } = error else { return None };
    causes(error).find_map(|it| it.downcast_ref::<std::io::Error>()).map(std::io::Error::kind)
}

/// Services of many regions say in several ways that they are not the right one.
fn is_elsewhere(error: &Cause) -> bool {
    let codes = ["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"];
    says(error, &codes) || chain(error).any(|it| it.contains("incorrectly configured region"))
}

/// Whether the service gave one of these codes as its reason.
fn says(error: &Cause, codes: &[&str]) -> bool {
    let is_code = |text: &str| codes.iter().any(|it| text.contains(&format!("<Code>{it}</Code>")));
    chain(error).any(|it| is_code(&it))
}

fn chain(error: &Cause) -> impl Iterator<Item = String> {
    causes(error).map(ToString::to_string)
}

fn causes(error: &Cause) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let first: Option<&(dyn std::error::Error + 'static)> = Some(error);
    std::iter::successors(first, |it| it.source())
}
