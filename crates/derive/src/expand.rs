//! The code that an entity becomes. Every path in it is absolute, so that no name of
//! the struct's own module can change its meaning.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Result, spanned::Spanned};

use crate::entity::{Entity, Field};

/// The implementation of `SyncEntity` for the struct in `input`, and its registration.
pub(crate) fn expand(input: TokenStream) -> Result<TokenStream> {
    let entity = Entity::read(syn::parse2(input)?)?;
    let Entity { ident, name, doc, .. } = &entity;
    let columns = entity.fields.iter().map(column);
    let keys = entity.fields.iter().filter(|it| it.says.key).map(|it| &it.name);
    let policy = if entity.append_only { quote!(AppendOnly) } else { quote!(Editable) };
    let idents: Vec<_> = entity.fields.iter().map(|it| &it.ident).collect();
    let places = 0..idents.len();

    Ok(quote! {
        #[automatically_derived]
        impl ::driftline_core::SyncEntity for #ident {
            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;
            const FIELDS: &'static [::driftline_core::Field] = &[#(#columns),*];
            const NATURAL_KEY: &'static [&'static str] = &[#(#keys),*];
            const POLICY: ::driftline_core::Policy = ::driftline_core::Policy::#policy;

            fn values(&self) -> ::std::vec::Vec<::driftline_core::Value> {
                ::std::vec![#(::driftline_core::FieldType::to_value(&self.#idents)),*]
            }

            fn from_values(
                value: &dyn ::std::ops::Fn(
                    &str,
                ) -> ::std::option::Option<::driftline_core::Value>,
            ) -> ::driftline_core::Result<Self> {
                fn read<T: ::driftline_core::FieldType>(
                    value: &dyn ::std::ops::Fn(
                        &str,
                    ) -> ::std::option::Option<::driftline_core::Value>,
                    field: &::driftline_core::Field,
                ) -> ::driftline_core::Result<T> {
                    let value = value(field.name).unwrap_or_default();
                    T::from_value(value).ok_or_else(|| ::driftline_core::Error::bad_value(#name, field.name, field.kind.describe()))
                }
                let fields = <Self as ::driftline_core::SyncEntity>::FIELDS;
                ::driftline_core::Result::Ok(Self {
                    #(#idents: read(value, &fields[#places])?),*
                })
            }
        }

        ::driftline_core::register!(#ident);
    })
}

fn column(field: &Field) -> TokenStream {
    let Field { ty, name, doc, says, .. } = field;
    let kind = match &says.refers {
        Some(entity) => quote!(::driftline_core::Kind::Ref(#entity)),
        // Pointing at the type, so that an unsuitable one is underlined.
        None => quote_spanned!(ty.span()=> <#ty as ::driftline_core::FieldType>::KIND),
    };
    let local = says.local.then(|| quote!(.local()));
    let owner = says.owner.then(|| quote!(.owner()));
    let indexed = says.indexed.then(|| quote!(.indexed()));
    let listed = says.listed_by.as_ref().map(|by| quote!(.listed_by(#by)));
    quote!(::driftline_core::Field::new(#name, #kind).doc(#doc) #local #owner #indexed #listed)
}

#[cfg(test)]
mod tests;
