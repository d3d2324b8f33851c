//! `#[derive(SyncEntity)]`: a plain struct says what a row is, and its comments say
//! what the columns mean. How rows merge is the engine's business alone, so there is
//! nothing here to say it with.

mod attribute;
mod entity;
mod expand;

use proc_macro::TokenStream;
use quote::quote;

/// Makes a struct an entity that syncs, and registers it with every program that links
/// its crate.
///
/// The doc comments of the struct and of its fields are what people see of it: their
/// first paragraphs are shown next to the data, so each must have one. The struct also
/// derives `Clone`, `Default` and `PartialEq`.
///
/// On the struct:
/// - `#[sync(name = "people")]`: the table's name on every replica. Without it: the
///   struct's name in `snake_case` and an `s`. It never changes, so it stays when the
///   struct is renamed.
/// - `#[sync(append_only)]`: the application cannot edit a row.
///
/// On a field, several separated by commas:
/// - `key`: one of the fields that identify a row to a person, in the order of the struct.
/// - `local`: stays on this device.
/// - `owner`: an `Option<Id<Session>>` of the row that this one is hidden with while it is
///   deleted.
/// - `owner = "sessions"`, `refers = "sessions"`: an `Option<Id>` of a row of an entity whose
///   type is not at hand. An `Option<Id<Session>>` is a reference without a word.
/// - `indexed`: rows are looked up by it. References are in any case.
/// - `listed_by = "created_at"`: rows with one value of it are listed in the order of
///   that field, however many there are.
///
/// Each field becomes a constant, too, named in capitals: `Note::PINNED.eq(true)` is a
/// condition of a query.
///
/// An example is at the trait of the same name, in `driftline_core`. What this makes of a
/// struct is tested there, too: a test here would build the engine a second time, for
/// the machine that compiles.
#[proc_macro_derive(SyncEntity, attributes(sync))]
pub fn sync_entity(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::driftline_core))
}

/// The same for programs that depend on the crate `driftline` alone, which exports it under
/// the name of the other.
#[doc(hidden)]
#[proc_macro_derive(SyncEntityOfDriftline, attributes(sync))]
pub fn sync_entity_of_driftline(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::driftline::core))
}

fn derive(input: TokenStream, core: &proc_macro2::TokenStream) -> TokenStream {
    expand::expand(input.into(), core).unwrap_or_else(syn::Error::into_compile_error).into()
}
