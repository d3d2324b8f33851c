//! What SQLite calls when it uses a disk, in C: everything is handed on to the operating
//! system's own, and what changes a file is noted first. SQLite's locks and shared memory
//! are left alone.
#![allow(unsafe_code, reason = "SQLite takes a disk as a table of C functions")]

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    path::PathBuf,
    ptr,
};

use rusqlite::ffi::{
    self, SQLITE_ERROR, SQLITE_OK, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
};

use super::disk::{self, Event};

/// What SQLite keeps of an open file. The operating system's own part lies behind it.
#[repr(C)]
struct Open {
    base: sqlite3_file,
    path: *mut PathBuf,
    /// Whether its first flush is one of its folder, too: SQLite does that where it makes
    /// a log or a journal.
    flushes_folder: bool,
}

/// The operating system's part of `file`.
fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    file.cast::<Open>().wrapping_add(1).cast()
}

/// Writes down a change of an open file before it happens, unless it is to fail.
fn note(file: *mut sqlite3_file, event: Event) -> c_int {
    // SAFETY: SQLite hands in files that `open` made and `close` did not see.
    let path = unsafe { (*file.cast::<Open>()).path.as_ref() };
    path.map_or(Ok(()), |it| disk::note(it, event)).map_or_else(|code| code, |()| SQLITE_OK)
}

/// Functions that hand on what they are asked.
macro_rules! hand_on {
    ($($name:ident => $method:ident($($it:ident: $type:ty),*);)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $it: $type)*) -> c_int {
            let inner = inner(file);
            // SAFETY: SQLite hands in an open file, so the part below is open, too.
            unsafe { (*(*inner).pMethods).$method.map_or(SQLITE_ERROR, |it| it(inner $(, $it)*)) }
        }
    )*};
}

hand_on! {
    hand_on_write => xWrite(from: *const c_void, length: c_int, at: sqlite3_int64);
    hand_on_truncate => xTruncate(size: sqlite3_int64);
    hand_on_close => xClose();
    hand_on_read => xRead(to: *mut c_void, length: c_int, at: sqlite3_int64);
    file_size => xFileSize(to: *mut sqlite3_int64);
    lock => xLock(level: c_int);
    unlock => xUnlock(level: c_int);
    check_lock => xCheckReservedLock(to: *mut c_int);
    control => xFileControl(what: c_int, with: *mut c_void);
    sector_size => xSectorSize();
    traits => xDeviceCharacteristics();
    shm_map => xShmMap(page: c_int, size: c_int, extend: c_int, to: *mut *mut c_void);
    shm_lock => xShmLock(at: c_int, count: c_int, flags: c_int);
    shm_unmap => xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    let inner = inner(file);
    // SAFETY: as above.
    unsafe {
        if let Some(it) = (*(*inner).pMethods).xShmBarrier {
            it(inner);
        }
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    let (size, place) = (usize::try_from(length).unwrap(), usize::try_from(at).unwrap());
    // SAFETY: SQLite hands in that many bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), size) }.to_vec();
    match note(file, Event::Write { at: place, bytes }) {
        // SAFETY: as SQLite called it.
        SQLITE_OK => unsafe { hand_on_write(file, from, length, at) },
        code => code,
    }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    to: *mut c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite hands in files that `open` made and `close` did not see.
    let path = unsafe { (*file.cast::<Open>()).path.as_ref() };
    match path.map_or(Ok(()), |it| disk::read(it)) {
        // SAFETY: as SQLite called it.
        Ok(()) => unsafe { hand_on_read(file, to, length, at) },
        Err(code) => code,
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    match note(file, Event::Truncate(usize::try_from(size).unwrap())) {
        // SAFETY: as SQLite called it.
        SQLITE_OK => unsafe { hand_on_truncate(file, size) },
        code => code,
    }
}

/// The real disk is spared: what is flushed is a matter of the log.
unsafe extern "C" fn flush(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    let code = note(file, Event::Flush);
    // SAFETY: SQLite hands in an open file of ours.
    let first = unsafe { std::mem::take(&mut (*file.cast::<Open>()).flushes_folder) };
    if code == SQLITE_OK && first { note(file, Event::FlushFolder) } else { code }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, and `open` made its path.
    unsafe {
        let path = (*file.cast::<Open>()).path;
        if !path.is_null() {
            drop(Box::from_raw(path));
        }
        hand_on_close(file)
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Without mapped memory, which comes with version 3.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(flush),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_lock),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The operating system's disk.
unsafe fn below(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: SQLite hands in what `register` made; `pAppData` is ours to use.
    unsafe { (*vfs).pAppData.cast() }
}

fn path_of(name: *const c_char) -> Option<PathBuf> {
    // SAFETY: SQLite hands in no name, or one that ends with a zero.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
    name.map(|it| PathBuf::from(it.to_str().unwrap()))
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands in `szOsFile` bytes, enough for both parts of the file.
    unsafe {
        let mine = file.cast::<Open>();
        (*mine).base.pMethods = ptr::null();
        let below = below(vfs);
        let code =
            (*below).xOpen.map_or(SQLITE_ERROR, |it| it(below, name, inner(file), flags, out));
        if code == SQLITE_OK {
            let path = path_of(name).map(|it| Box::into_raw(Box::new(it)));
            (*mine).path = path.unwrap_or(ptr::null_mut());
            let log = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL;
            (*mine).flushes_folder = flags & log != 0 && flags & ffi::SQLITE_OPEN_CREATE != 0;
            (*mine).base.pMethods = &METHODS;
        }
        code
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, at_once: c_int) -> c_int {
    if let Some(path) = path_of(name) {
        let noted = disk::note(&path, Event::Delete);
        let flushed = if at_once == 0 { noted } else { disk::note(&path, Event::FlushFolder) };
        if let Err(code) = noted.and(flushed) {
            return code;
        }
    }
    // SAFETY: as SQLite called it.
    unsafe {
        let below = below(vfs);
        (*below).xDelete.map_or(SQLITE_ERROR, |it| it(below, name, at_once))
    }
}

/// Puts the disk below all files that SQLite opens from now on.
pub(crate) fn register() {
    // SAFETY: SQLite keeps a VFS for as long as it runs, so ours is never freed. What it
    // does not replace works on the operating system's own fields, which are copied.
    let code = unsafe {
        let below = ffi::sqlite3_vfs_find(ptr::null());
        let mut vfs = Box::new(ptr::read(below));
        vfs.szOsFile += c_int::try_from(size_of::<Open>()).unwrap();
        vfs.pNext = ptr::null_mut();
        vfs.zName = c"watched".as_ptr();
        vfs.pAppData = below.cast();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        ffi::sqlite3_vfs_register(Box::into_raw(vfs), 1)
    };
    assert_eq!(code, SQLITE_OK);
}
