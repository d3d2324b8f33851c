//! The code that an entity becomes. Every path in it is absolute, so that no name of
//! the struct's own module can change its meaning.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, Result, spanned::Spanned};

use crate::entity::{Entity, Field};

/// Names that the trait has for itself, in the form of a constant.
const TAKEN: [&str; 5] = ["NAME", "DOC", "FIELDS", "NATURAL_KEY", "POLICY"];

/// The implementation of `SyncEntity` for the struct in `input`, its constants and its
/// registration. `core` is the path of the engine's crate.
pub(crate) fn expand(input: TokenStream, core: &TokenStream) -> Result<TokenStream> {
    let entity = Entity::read(syn::parse2(input)?)?;
    let Entity { ident, name, doc, .. } = &entity;
    let columns = entity.fields.iter().map(|it| column(it, core));
    let constants = entity.fields.iter().map(|it| constant(it, core));
    let keys = entity.fields.iter().filter(|it| it.says.key).map(|it| &it.name);
    let policy = if entity.append_only { quote!(AppendOnly) } else { quote!(Editable) };
    let idents: Vec<_> = entity.fields.iter().map(|it| &it.ident).collect();
    let places = 0..idents.len();

    Ok(quote! {
        #[automatically_derived]
        #[allow(dead_code, unreachable_pub)]
        impl #ident {
            #(#constants)*
        }

        #[automatically_derived]
        impl #core::SyncEntity for #ident {
            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;
            const FIELDS: &'static [#core::Field] = &[#(#columns),*];
            const NATURAL_KEY: &'static [&'static str] = &[#(#keys),*];
            const POLICY: #core::Policy = #core::Policy::#policy;

            fn values(&self) -> ::std::vec::Vec<#core::Value> {
                ::std::vec![#(#core::FieldType::to_value(&self.#idents)),*]
            }

            fn from_values(
                value: &dyn ::std::ops::Fn(&str) -> ::std::option::Option<#core::Value>,
            ) -> #core::Result<Self> {
                let fields = <Self as #core::SyncEntity>::FIELDS;
                #core::Result::Ok(Self {
                    #(#idents: #core::read_field(#name, &fields[#places], value)?),*
                })
            }
        }

        #core::register!(#ident);
    })
}

fn column(field: &Field, core: &TokenStream) -> TokenStream {
    let Field { ty, name, doc, says, of, .. } = field;
    let kind = match (&says.refers, of) {
        (Some(entity), _) => quote!(#core::Kind::Ref(#entity)),
        (None, Some(of)) => {
            quote_spanned!(of.span()=> #core::Kind::Ref(<#of as #core::SyncEntity>::NAME))
        }
        // Pointing at the type, so that an unsuitable one is underlined.
        (None, None) => quote_spanned!(ty.span()=> <#ty as #core::FieldType>::KIND),
    };
    let local = says.local.then(|| quote!(.local()));
    let owner = says.owner.then(|| quote!(.owner()));
    let indexed = says.indexed.then(|| quote!(.indexed()));
    let listed = says.listed_by.as_ref().map(|by| quote!(.listed_by(#by)));
    quote!(#core::Field::new(#name, #kind).doc(#doc) #local #owner #indexed #listed)
}

/// The field as a constant, for queries.
fn constant(field: &Field, core: &TokenStream) -> TokenStream {
    let Field { vis, ident, ty, name, doc, .. } = field;
    let mut constant = name.to_ascii_uppercase();
    if TAKEN.contains(&constant.as_str()) {
        constant.push_str("_FIELD");
    }
    let constant = Ident::new(&constant, ident.span());
    quote! {
        #[doc = #doc]
        #vis const #constant: #core::TypedField<Self, #ty> = #core::TypedField::new(#name);
    }
}

#[cfg(test)]
mod tests;
