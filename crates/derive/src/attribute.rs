//! What stands in `#[sync(...)]` and in doc comments. Names are checked here, where
//! an error can point at them, and not only when a program starts.

use syn::{
    Attribute, Error, Expr, ExprLit, Lit, LitStr, Meta, Result, Token, meta::ParseNestedMeta,
};

/// What `#[sync(...)]` says of a struct.
#[derive(Default)]
pub(crate) struct OfStruct {
    pub(crate) name: Option<String>,
    pub(crate) append_only: bool,
}

impl OfStruct {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("name") {
                read.name = Some(entity_name(meta)?);
            } else if meta.path.is_ident("append_only") {
                read.append_only = true;
            } else {
                return Err(meta.error("a struct takes `name = \"...\"` and `append_only`"));
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// What `#[sync(...)]` says of a field.
#[derive(Default)]
pub(crate) struct OfField {
    pub(crate) key: bool,
    pub(crate) local: bool,
    pub(crate) indexed: bool,
    pub(crate) owner: bool,
    pub(crate) refers: Option<String>,
    pub(crate) listed_by: Option<LitStr>,
}

impl OfField {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("key") {
                read.key = true;
            } else if meta.path.is_ident("local") {
                read.local = true;
            } else if meta.path.is_ident("indexed") {
                read.indexed = true;
            } else if meta.path.is_ident("refers") || meta.path.is_ident("owner") {
                if read.refers.is_some() || read.owner {
                    return Err(meta.error("a field refers to one entity: keep one of the two"));
                }
                read.owner = meta.path.is_ident("owner");
                // An owner whose entity the field's type says needs no name.
                if !read.owner || meta.input.peek(Token![=]) {
                    read.refers = Some(entity_name(meta)?);
                }
            } else if meta.path.is_ident("listed_by") {
                read.listed_by = Some(meta.value()?.parse()?);
            } else {
                return Err(meta.error(
                    "a field takes `key`, `local`, `indexed`, `listed_by = \"...\"`, `owner`, \
                     `owner = \"...\"` and `refers = \"...\"`",
                ));
            }
            Ok(())
        })?;
        Ok(read)
    }
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|it| it.path().is_ident("sync"))
        .try_for_each(|it| it.parse_nested_meta(|meta| read(&meta)))
}

fn entity_name(meta: &ParseNestedMeta<'_>) -> Result<String> {
    let literal: LitStr = meta.value()?.parse()?;
    let name = literal.value();
    if is_plain(&name) {
        return Ok(name);
    }
    Err(Error::new(
        literal.span(),
        "an entity's name is at most 60 lower-case letters, digits and `_`, and starts with a \
         letter",
    ))
}

/// Whether `name` is safe unquoted in SQL, TypeScript and a shell: the rule of the
/// schema, which checks it again for entities that are not derived.
pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.len() <= 60
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

/// The first paragraph of a doc comment on one line; empty if there is none.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let text: Vec<String> = attributes.iter().filter_map(doc_text).collect();
    let lines = text.iter().flat_map(|it| it.lines()).map(str::trim);
    let paragraph = lines.skip_while(|it| it.is_empty()).take_while(|it| !it.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(it) if it.path.is_ident("doc") => match &it.value {
            // An empty line of a comment still ends a paragraph.
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(format!("{}\n", text.value())),
            _ => None,
        },
        _ => None,
    }
}
