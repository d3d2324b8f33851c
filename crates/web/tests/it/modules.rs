//! How the modules of the script become one.

#[path = "../../build/join.rs"]
mod join;

/// Joins `main.js` and what it imports of these.
fn joined(modules: &[(&str, &str)]) -> Result<String, String> {
    join::modules("main.js", &|name| {
        let found = modules.iter().find(|(it, _)| *it == name);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{name} is missing"))
    })
}

#[test]
fn each_module_is_a_block_after_those_that_it_imports() {
    let main = "// Begins.\nimport \"./side.js\";\nimport {\n  one,\n  Two,\n} from \"./names.js\";\n\
                /** @type {string} */\nconst text = \"\";\none(text);\n";
    let names = "import { x } from \"./side.js\";\nexport const one = () => x;\n\
                 export class Two {}\n";
    let modules = [("main.js", main), ("names.js", names), ("side.js", "export const x = 1;")];
    let wanted = "const modules = {};\n\
                  {\nconst x = 1;\nmodules[\"side.js\"] = { x };\n}\n\
                  {\nconst { x } = modules[\"side.js\"];\nconst one = () => x;\nclass Two {}\n\
                  modules[\"names.js\"] = { one, Two };\n}\n\
                  {\nconst { one, Two, } = modules[\"names.js\"];\nconst text = \"\";\n\
                  one(text);\n}\n";
    assert_eq!(joined(&modules).unwrap(), wanted);
}

#[test]
fn what_cannot_be_joined_ends_the_build_and_is_named() {
    for line in [
        "import main from \"./x.js\";",
        "import * as x from \"./x.js\";",
        "import { a as b } from \"./x.js\";",
        "import { a } from \"elsewhere\";",
        // Who imports it would get the value that it had at first.
        "export let count = 0;",
        "export default 1;",
        "export { a };",
        "export * from \"./x.js\";",
    ] {
        let error = joined(&[("main.js", line), ("x.js", "")]).unwrap_err();
        assert!(error.starts_with("main.js: ") && error.contains(line), "{error}");
    }
    let circle =
        [("main.js", "import \"./other.js\";"), ("other.js", "import { a } from \"./main.js\";")];
    assert_eq!(joined(&circle).unwrap_err(), "main.js imports itself: main.js other.js main.js");
    assert_eq!(joined(&[("main.js", "import \"./x.js\";")]).unwrap_err(), "x.js is missing");
}

#[test]
fn comments_and_margins_are_left_out() {
    let text = "// One.\n/**\n * Two.\n */\n  a(/** @type {B} */ (c));\n\n/* Three. */\nd();\n";
    assert_eq!(join::lean(text), "a( (c));\nd();\n");
}
