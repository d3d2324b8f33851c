//! How many statements SQLite runs on the files that are watched, and how many steps its
//! virtual machine makes for them. SQLite tells whoever asks at every connection.
#![allow(unsafe_code, reason = "SQLite tells through C functions")]

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    path::Path,
    ptr,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::ffi::{self, SQLITE_OK, sqlite3, sqlite3_api_routines, sqlite3_stmt};

use crate::power::disk;

static RUN: AtomicU64 = AtomicU64::new(0);
static STEPS: AtomicU64 = AtomicU64::new(0);

/// Counts on every connection that is opened from now on.
pub(super) fn count() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the function stays for as long as the program runs.
        let code = unsafe { ffi::sqlite3_auto_extension(Some(listen)) };
        assert_eq!(code, SQLITE_OK);
    });
}

/// Statements that ended so far, and steps that they made.
pub(super) fn so_far() -> [u64; 2] {
    [&RUN, &STEPS].map(|it| it.load(Ordering::Relaxed))
}

/// What SQLite calls with each new connection.
unsafe extern "C" fn listen(
    connection: *mut sqlite3,
    _error: *mut *mut c_char,
    _api: *const sqlite3_api_routines,
) -> c_int {
    let what = ffi::SQLITE_TRACE_PROFILE;
    // SAFETY: SQLite hands in an open connection, and `ended` needs nothing else.
    unsafe { ffi::sqlite3_trace_v2(connection, what, Some(ended), ptr::null_mut()) }
}

/// What SQLite calls with each statement that ended.
unsafe extern "C" fn ended(
    _what: c_uint,
    _context: *mut c_void,
    statement: *mut c_void,
    _time: *mut c_void,
) -> c_int {
    let statement: *mut sqlite3_stmt = statement.cast();
    // SAFETY: SQLite hands in a statement of an open connection. It keeps the file's name for
    // as long as that is open, and ends it with a zero.
    let is_watched = unsafe {
        let file = ffi::sqlite3_db_filename(ffi::sqlite3_db_handle(statement), ptr::null());
        !file.is_null()
            && CStr::from_ptr(file).to_str().is_ok_and(|it| disk::is_watched(Path::new(it)))
    };
    // SAFETY: as above; the count begins anew.
    let steps = unsafe { ffi::sqlite3_stmt_status(statement, ffi::SQLITE_STMTSTATUS_VM_STEP, 1) };
    if is_watched {
        RUN.fetch_add(1, Ordering::Relaxed);
        STEPS.fetch_add(u64::try_from(steps).unwrap_or_default(), Ordering::Relaxed);
    }
    0
}
