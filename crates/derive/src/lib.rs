//! Derives SyncEntity from a plain struct.
