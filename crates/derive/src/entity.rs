//! A struct read as an entity. All that can be wrong with one struct is found here,
//! and every mistake is reported at once, each at its place.

use syn::{
    Data, DeriveInput, Error, Fields, GenericArgument, Ident, PathArguments, Result, Type,
    Visibility, ext::IdentExt, spanned::Spanned,
};

use crate::attribute::{self, OfField, OfStruct};

/// A struct as an entity.
pub(crate) struct Entity {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) append_only: bool,
    pub(crate) fields: Vec<Field>,
}

/// One column.
pub(crate) struct Field {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// Of which entity its type says that it is an id.
    pub(crate) of: Option<Type>,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) says: OfField,
}

impl Entity {
    pub(crate) fn read(input: DeriveInput) -> Result<Self> {
        let ident = input.ident;
        if !input.generics.params.is_empty() {
            let at = input.generics.span();
            return Err(Error::new(at, "an entity is one table, so it cannot be generic"));
        }
        let mut mistakes = Mistakes::default();
        let says = mistakes.keep(OfStruct::read(&input.attrs)).unwrap_or_default();
        let name = says.name.unwrap_or_else(|| default_name(&ident));
        if !attribute::is_plain(&name) {
            let help =
                "this struct's name gives no plain table name: add `#[sync(name = \"...\")]`";
            mistakes.add(Error::new(ident.span(), help));
        }
        let doc = attribute::doc(&input.attrs);
        if doc.is_empty() {
            mistakes.add(Error::new(ident.span(), "say what one row is: write a doc comment"));
        }
        let fields: Vec<Field> = named_fields(&ident, input.data)?
            .into_iter()
            .filter_map(|it| mistakes.keep(Field::read(it)))
            .collect();
        if let Some(second) = fields.iter().filter(|it| it.says.owner).nth(1) {
            let help = "a row has one owner: make this `refers`, or the other one";
            mistakes.add(Error::new(second.ident.span(), help));
        }
        for field in &fields {
            if let Some(by) = &field.says.listed_by
                && fields.iter().all(|it| it.name != by.value())
            {
                let (name, order) = (&field.name, by.value());
                let help = format!("`{name}` is listed by `{order}`, no field of this struct");
                mistakes.add(Error::new(by.span(), help));
            }
        }
        mistakes.end()?;
        Ok(Self { ident, name, doc, append_only: says.append_only, fields })
    }
}

impl Field {
    fn read(field: syn::Field) -> Result<Self> {
        let at = field.span();
        let ident = field.ident.ok_or_else(|| Error::new(at, "a field needs a name"))?;
        let name = ident.unraw().to_string();
        let mut mistakes = Mistakes::default();
        let mut mistake = |help: String| mistakes.add(Error::new(ident.span(), help));
        if !attribute::is_plain(&name) {
            mistake(format!("`{name}` cannot name a column: use lower-case letters"));
        }
        let doc = attribute::doc(&field.attrs);
        if doc.is_empty() {
            mistake(format!("say what `{name}` is: write a doc comment"));
        }
        let says = OfField::read(&field.attrs);
        let reference = optional_id(&field.ty);
        if let Ok(says) = &says {
            if says.local && says.key {
                mistake("devices compare the key, so it cannot be local".into());
            }
            if says.local && says.owner {
                mistake("every device needs to know the owner, so it cannot be local".into());
            }
            if let Some(help) = reference_mistake(says, reference.as_ref()) {
                mistakes.add(Error::new(field.ty.span(), help));
            }
        }
        let says = mistakes.keep(says).unwrap_or_default();
        mistakes.end()?;
        let of = reference.and_then(|Reference(of)| of);
        Ok(Self { vis: field.vis, ident, ty: field.ty, of, name, doc, says })
    }
}

fn named_fields(ident: &Ident, data: Data) -> Result<Vec<syn::Field>> {
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                Ok(fields.named.into_iter().collect())
            }
            _ => Err(Error::new(ident.span(), "an entity has named fields: they are its columns")),
        },
        _ => Err(Error::new(ident.span(), "an entity is a struct: its fields are the columns")),
    }
}

/// The struct's name in snake case and an `s`.
fn default_name(ident: &Ident) -> String {
    let mut name = String::new();
    for letter in ident.unraw().to_string().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name + "s"
}

/// An `Option<Id>`, and of which entity if it says so.
struct Reference(Option<Type>);

fn optional_id(ty: &Type) -> Option<Reference> {
    let (option, arguments) = last_segment(ty)?;
    let (id, arguments) = last_segment(first_type(arguments).filter(|_| option == "Option")?)?;
    let of = first_type(arguments)
        .filter(|it| last_segment(it).is_none_or(|(name, _)| name != "AnyEntity"));
    (id == "Id").then(|| Reference(of.cloned()))
}

/// What does not fit between what is said of a field and its type.
fn reference_mistake(says: &OfField, reference: Option<&Reference>) -> Option<&'static str> {
    match (&says.refers, reference) {
        (Some(_), None) => Some("a reference is an `Option<Id>`"),
        (Some(_), Some(Reference(Some(_)))) => {
            Some("the type says of which entity it is: leave the name out")
        }
        (None, None | Some(Reference(None))) if says.owner => {
            Some("say whose: `Option<Id<Folder>>`, or `owner = \"folders\"`")
        }
        _ => None,
    }
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    match arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(it) => Some(it),
            _ => None,
        },
        _ => None,
    }
}

fn last_segment(ty: &Type) -> Option<(&Ident, &PathArguments)> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|it| (&it.ident, &it.arguments)),
        // A type that a `macro_rules!` macro hands on comes in an invisible group.
        Type::Group(group) => last_segment(&group.elem),
        _ => None,
    }
}

/// The mistakes found so far.
#[derive(Default)]
struct Mistakes(Option<Error>);

impl Mistakes {
    fn add(&mut self, mistake: Error) {
        match &mut self.0 {
            Some(found) => found.combine(mistake),
            None => self.0 = Some(mistake),
        }
    }

    fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|mistake| self.add(mistake)).ok()
    }

    fn end(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
