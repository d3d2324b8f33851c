//! Every mistake that a struct can contain has a message that says what to do. What
//! right structs become is tested where it runs: in `tests/derive.rs`.

use proc_macro2::TokenStream;
use quote::quote;

fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    super::expand(input, &quote!(::driftline_core))
}

fn mistakes(input: TokenStream) -> Vec<String> {
    match expand(input) {
        Ok(_) => Vec::new(),
        Err(error) => error.into_iter().map(|it| it.to_string()).collect(),
    }
}

/// The mistakes in a struct with these fields and with every comment in place.
fn mistakes_of(fields: &TokenStream) -> Vec<String> {
    mistakes(quote! {
        /// A thing.
        struct Thing { #fields }
    })
}

#[test]
fn a_struct_without_mistakes_has_none() {
    assert!(mistakes_of(&quote!(/** What it is. */ title: Option<String>)).is_empty());
}

#[test]
fn only_structs_with_named_fields_are_entities() {
    for input in [
        quote!(
            enum Thing {
                A,
            }
        ),
        quote!(union Thing { a: u8 }),
    ] {
        let input = quote!(/** A thing. */ #input);
        assert_eq!(mistakes(input), ["an entity is a struct: its fields are the columns"]);
    }
    for input in [
        quote!(
            struct Thing(bool);
        ),
        quote!(
            struct Thing;
        ),
        quote!(
            struct Thing {}
        ),
    ] {
        let input = quote!(/** A thing. */ #input);
        assert_eq!(mistakes(input), ["an entity has named fields: they are its columns"]);
    }
}

#[test]
fn an_entity_is_not_generic() {
    let expected = ["an entity is one table, so it cannot be generic"];
    assert_eq!(
        mistakes(quote!(
            /** A thing. */
            struct Thing<T> {
                a: T,
            }
        )),
        expected
    );
    assert_eq!(
        mistakes(quote!(
            /** A thing. */
            struct Thing<'a> {
                a: &'a str,
            }
        )),
        expected
    );
}

#[test]
fn comments_are_asked_for_all_at_once() {
    assert_eq!(
        mistakes(quote!(
            struct Thing {
                a: bool,
                /** */
                b: bool,
            }
        )),
        [
            "say what one row is: write a doc comment",
            "say what `a` is: write a doc comment",
            "say what `b` is: write a doc comment",
        ]
    );
}

#[test]
fn unknown_attributes_are_answered_with_the_known_ones() {
    assert_eq!(
        mistakes(quote!(
            #[doc = "A thing."]
            #[sync(table = "x")]
            struct Thing {
                /** A. */
                a: bool,
            }
        )),
        ["a struct takes `name = \"...\"` and `append_only`"]
    );
    assert_eq!(
        mistakes_of(&quote!(/** A. */ #[sync(unique)] a: bool)),
        [
            "a field takes `key`, `local`, `indexed`, `listed_by = \"...\"`, `owner`, `owner = \"...\"` \
          and `refers = \"...\"`"
        ]
    );
}

#[test]
fn a_listing_is_in_the_order_of_a_field() {
    assert_eq!(
        mistakes_of(&quote!(/** A. */ #[sync(listed_by = "b")] a: String)),
        ["`a` is listed by `b`, no field of this struct"]
    );
    let both = quote!(/** A. */ #[sync(listed_by = "b")] a: String, /** B. */ b: String);
    assert!(mistakes_of(&both).is_empty());
}

#[test]
fn attributes_need_the_right_values() {
    assert_eq!(mistakes_of(&quote!(/** A. */ #[sync(refers)] a: Option<Id>)), ["expected `=`"]);
    assert_eq!(
        mistakes_of(&quote!(/** A. */ #[sync(refers = 3)] a: Option<Id>)),
        ["expected string literal"]
    );
    assert_eq!(mistakes_of(&quote!(/** A. */ #[sync] a: bool)).len(), 1);
}

#[test]
fn names_are_plain() {
    let expected = "an entity's name is at most 60 lower-case letters, digits and `_`, and starts with a letter";
    for name in ["", "To Do", "1st", "a;b", "caf\u{e9}s", &"a".repeat(61)] {
        assert_eq!(
            mistakes(quote!(
                /** A thing. */
                #[sync(name = #name)]
                struct Thing {
                    /** A. */
                    a: bool,
                }
            )),
            [expected],
            "{name}"
        );
        let field = quote!(/** A. */ #[sync(refers = #name)] a: Option<Id>);
        assert_eq!(mistakes_of(&field), [expected], "{name}");
    }
    assert_eq!(
        mistakes(quote!(
            /** A thing. */
            struct Café {
                /** A. */
                a: bool,
            }
        )),
        ["this struct's name gives no plain table name: add `#[sync(name = \"...\")]`"]
    );
    assert_eq!(
        mistakes_of(&quote!(/** A. */ anÄ: bool)),
        ["`anÄ` cannot name a column: use lower-case letters"]
    );
}

#[test]
fn a_row_has_one_owner() {
    assert_eq!(
        mistakes_of(&quote! {
            /** A. */ #[sync(owner = "as")] a: Option<Id>,
            /** B. */ #[sync(owner = "bs")] b: Option<Id>,
        }),
        ["a row has one owner: make this `refers`, or the other one"]
    );
}

#[test]
fn a_field_refers_to_one_entity() {
    for both in [quote!(refers = "as", owner = "bs"), quote!(owner = "as", refers = "bs")] {
        assert_eq!(
            mistakes_of(&quote!(/** A. */ #[sync(#both)] a: Option<Id>)),
            ["a field refers to one entity: keep one of the two"]
        );
    }
}

#[test]
fn what_every_device_needs_is_not_local() {
    assert_eq!(
        mistakes_of(&quote!(/** A. */ #[sync(key, local)] a: Option<String>)),
        ["devices compare the key, so it cannot be local"]
    );
    assert_eq!(
        mistakes_of(&quote!(/** A. */ #[sync(local, owner = "as")] a: Option<Id>)),
        ["every device needs to know the owner, so it cannot be local"]
    );
}

#[test]
fn a_reference_is_an_optional_id() {
    for ty in [quote!(Option<String>), quote!(Id), quote!(Vec<Id>), quote!(Option), quote!(&Id)] {
        assert_eq!(
            mistakes_of(&quote!(/** A. */ #[sync(refers = "as")] a: #ty)),
            ["a reference is an `Option<Id>`"],
            "{ty}"
        );
    }
    for ty in [quote!(Option<Id>), quote!(std::option::Option<driftline_core::Id>)] {
        assert!(mistakes_of(&quote!(/** A. */ #[sync(refers = "as")] a: #ty)).is_empty(), "{ty}");
    }
}

#[test]
fn the_entity_of_a_reference_is_said_once() {
    for fields in [
        quote!(/** A. */ a: Option<Id<B>>),
        quote!(/** A. */ #[sync(owner)] a: Option<Id<B>>),
        quote!(/** A. */ #[sync(owner = "bs")] a: Option<Id<driftline_core::AnyEntity>>),
    ] {
        assert!(mistakes_of(&fields).is_empty(), "{fields}");
    }
    for both in [quote!(owner = "bs"), quote!(refers = "bs")] {
        assert_eq!(
            mistakes_of(&quote!(/** A. */ #[sync(#both)] a: Option<Id<B>>)),
            ["the type says of which entity it is: leave the name out"]
        );
    }
    for ty in [quote!(Option<Id>), quote!(Option<String>)] {
        assert_eq!(
            mistakes_of(&quote!(/** A. */ #[sync(owner)] a: #ty)),
            ["say whose: `Option<Id<Folder>>`, or `owner = \"folders\"`"]
        );
    }
}
