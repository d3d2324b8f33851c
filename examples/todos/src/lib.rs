//! A sixth entity, as a stranger would add it.
