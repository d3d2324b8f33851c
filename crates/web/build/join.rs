//! One script out of modules: each in a block of its own, after those that it imports, so
//! that a name belongs to its module and one request fetches them all.
//!
//! It knows as much of the language as these modules use: `import { a, b } from "./x.js";`
//! and `import "./x.js";` at the beginning of a line, `export` before a `const`, a `class`
//! or a function. Whatever else is imported or exported ends the build.

/// Joins the module `first` and all that it imports; `read` has the text of each by name.
///
/// # Errors
///
/// Says which module imports or exports in a way that this does not know, imports itself
/// through others, or cannot be read.
pub(crate) fn modules(
    first: &str,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut joined = Joined { read, done: Vec::new(), open: Vec::new(), text: String::new() };
    joined.text.push_str("const modules = {};\n");
    joined.add(first)?;
    Ok(joined.text)
}

/// `text` without its comments and margins, which are for who reads the files.
pub(crate) fn lean(text: &str) -> String {
    let mut rest = text;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, it)| it);
    }
    code.push_str(rest);
    let lines = code.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("//"));
    lines.flat_map(|it| [it, "\n"]).collect()
}

struct Joined<'r> {
    read: &'r dyn Fn(&str) -> Result<String, String>,
    done: Vec<String>,
    /// Those that wait for what they import, the first of all first.
    open: Vec<String>,
    text: String,
}

impl Joined<'_> {
    fn add(&mut self, name: &str) -> Result<(), String> {
        if self.done.iter().any(|it| it == name) {
            return Ok(());
        }
        if self.open.iter().any(|it| it == name) {
            return Err(format!("{name} imports itself: {} {name}", self.open.join(" ")));
        }
        self.open.push(name.to_owned());
        let text = lean(&(self.read)(name)?);
        let mut body = String::new();
        let mut exports = Vec::new();
        let mut rest = text.as_str();
        while let Some((line, after)) = rest.split_once('\n') {
            let unknown = || format!("{name}: `{line}` is no import or export that can be joined");
            rest = after;
            if line.starts_with("import ") {
                let (statement, from_here) = split_statement(line, after);
                let import = Import::parse(&statement).ok_or_else(unknown)?;
                rest = from_here;
                self.add(import.module)?;
                body.push_str(&import.code());
            } else if let Some(declared) = line.strip_prefix("export ") {
                exports.push(declared_name(declared).ok_or_else(unknown)?);
                body.push_str(declared);
                body.push('\n');
            } else {
                body.push_str(line);
                body.push('\n');
            }
        }
        let exported = match &*exports {
            [] => String::new(),
            names => format!("modules[\"{name}\"] = {{ {} }};\n", names.join(", ")),
        };
        self.text.push_str(&format!("{{\n{body}{exported}}}\n"));
        self.open.pop();
        self.done.push(name.to_owned());
        Ok(())
    }
}

/// The statement that begins with `line` in one line, and what follows it.
fn split_statement<'t>(line: &str, after: &'t str) -> (String, &'t str) {
    let mut statement = line.to_owned();
    let mut rest = after;
    while !statement.ends_with(';')
        && let Some((line, after)) = rest.split_once('\n')
    {
        statement.push(' ');
        statement.push_str(line);
        rest = after;
    }
    (statement, rest)
}

struct Import<'s> {
    /// `{ a, b }`, or nothing where a module is only to be run.
    names: Option<&'s str>,
    module: &'s str,
}

impl<'s> Import<'s> {
    fn parse(statement: &'s str) -> Option<Self> {
        let rest = statement.strip_prefix("import ")?;
        let (names, from) = match rest.split_once(" from ") {
            Some((names, from)) => (Some(names), from),
            None => (None, rest),
        };
        let module = from.strip_prefix("\"./")?.strip_suffix("\";")?;
        let plain = |it: &str| it.starts_with('{') && it.ends_with('}') && !it.contains(" as ");
        names.is_none_or(plain).then_some(Self { names, module })
    }

    fn code(&self) -> String {
        let module = self.module;
        self.names.map_or(String::new(), |it| format!("const {it} = modules[\"{module}\"];\n"))
    }
}

/// The name in `const NAME = …`, `class NAME …`, `function NAME(…` or `async function …`.
fn declared_name(declared: &str) -> Option<&str> {
    let kinds = ["const ", "class ", "function ", "async function "];
    let rest = kinds.iter().find_map(|it| declared.strip_prefix(it))?;
    let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '$');
    rest.get(..end?).filter(|it| !it.is_empty())
}
