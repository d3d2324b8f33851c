//! Tools, which every agent calls differently: what one does, and which of its arguments
//! tells most.

use driftline_core::Value;
use driftline_messages::Verb;

/// The most characters of a hint.
const LONGEST: usize = 200;

/// Tools by what they do, as agents call them, in small letters and without separators.
const VERBS: &[(Verb, &[&str])] = &[
    (
        Verb::Shell,
        &[
            "bash",
            "shell",
            "execcommand",
            "runshellcommand",
            "executecommand",
            "runterminalcmd",
            "execute",
            "exec",
            "localshell",
            "readbash",
            "writebash",
            "stopbash",
            "listbash",
            "runcommands",
            "terminal",
            "powershell",
            "bashoutput",
            "runinterminal",
            "getterminaloutput",
            "runterminalcommand",
            "bashtool",
            "python",
            "codeinterpreter",
            "joboutput",
            "jobkill",
        ],
    ),
    (
        Verb::Read,
        &[
            "read",
            "readfile",
            "view",
            "cat",
            "ls",
            "listdirectory",
            "listfiles",
            "listdir",
            "tree",
            "listcodedefinitionnames",
            "readmanyfiles",
            "readfiles",
            "viewimage",
            "notebookread",
            "readmediafile",
        ],
    ),
    (
        Verb::Edit,
        &[
            "edit",
            "write",
            "multiedit",
            "writefile",
            "editfile",
            "editfiles",
            "replace",
            "create",
            "applypatch",
            "strreplace",
            "strreplaceeditor",
            "writetofile",
            "replaceinfile",
            "createfile",
            "createnewfile",
            "editexistingfile",
            "singlefindandreplace",
            "artifacts",
            "canmorecreatetextdoc",
            "canmoreupdatetextdoc",
            "notebookedit",
            "applydiff",
            "insertcontent",
            "searchandreplace",
            "replacestring",
            "replacestringinfile",
            "multireplacestring",
            "multireplacestringinfile",
            "inserteditintofile",
            "editnotebook",
            "editnotebookfile",
            "patch",
            "searchreplace",
            "editor",
        ],
    ),
    (
        Verb::Search,
        &[
            "grep",
            "glob",
            "find",
            "search",
            "searchfilecontent",
            "searchfiles",
            "codesearch",
            "ripgrep",
            "rg",
            "grepsearch",
            "globsearch",
            "toolsearch",
            "searchcodebase",
            "codebasesearch",
            "filesearch",
            "semanticsearch",
            "findfiles",
            "findtextinfiles",
            "ripgrepsearch",
            "ripgreprawsearch",
            "globfilesearch",
            "semanticsearchfull",
            "conversationsearch",
            "projectknowledgesearch",
            "sourcegraph",
        ],
    ),
    (
        Verb::Fetch,
        &[
            "webfetch",
            "websearch",
            "fetch",
            "googlewebsearch",
            "fetchurl",
            "fetchwebcontent",
            "urlfetch",
            "fetchwebpage",
            "browser",
            "web",
            "websearchpreview",
            "webrun",
            "agenticfetch",
            "download",
        ],
    ),
    (
        Verb::Task,
        &[
            "agent",
            "task",
            "subagent",
            "spawnagent",
            "delegate",
            "runsubagent",
            "startsubagent",
            "spawnsubagent",
            "newtask",
            "invokeagent",
            "codebaseinvestigator",
            "agentswarm",
        ],
    ),
    (
        Verb::Plan,
        &[
            "todowrite",
            "todoread",
            "updateplan",
            "writetodos",
            "plan",
            "settodolist",
            "todolist",
            "updatetodolist",
            "exitplanmode",
            "exitspecmode",
            "taskcreate",
            "taskupdate",
            "todos",
            "todo",
            "managetodolist",
            "createplan",
        ],
    ),
];

/// What a tool of this name does, if agents agree about the name.
pub(crate) fn verb(name: &str) -> Option<Verb> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    // Continue's own tools, in editors.
    let plain = plain.strip_prefix("builtin").unwrap_or(&plain);
    VERBS.iter().find(|(_, names)| names.contains(&plain)).map(|it| it.0)
}

/// Arguments that tell what a call is about, the more telling ones first.
const TELLING: &[&str] = &[
    "command",
    "cmd",
    "file_path",
    "filePath",
    "filepath",
    "absolute_path",
    "notebook_path",
    "targetFile",
    "target_file",
    "relativeWorkspacePath",
    "path",
    "pattern",
    "query",
    "url",
    "description",
    "skill",
    "subject",
    "task",
    "prompt",
    "question",
    "content",
];

/// Arguments that are a list of such.
const LISTS: &[&str] = &["commands", "files", "paths", "queries", "urls"];

/// The argument of `input` that tells most, in a line. Empty: none is text.
pub(crate) fn hint(input: &Value) -> String {
    let text = |it: &Value| it.as_str().filter(|it| !it.trim().is_empty()).map(line);
    match input {
        Value::String(input) => line(input),
        Value::Object(fields) => {
            let told = TELLING.iter().find_map(|it| text(fields.get(*it)?));
            let told = told.or_else(|| LISTS.iter().find_map(|it| first(fields.get(*it)?)));
            let told = told.or_else(|| fields.values().find_map(text));
            told.or_else(|| fields.iter().find_map(counted)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The first line that says something, cut.
fn line(text: &str) -> String {
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What the first thing of a list is about.
fn first(list: &Value) -> Option<String> {
    let one = list.get(0)?;
    let told = one.as_str().or_else(|| TELLING.iter().find_map(|it| one.get(*it)?.as_str()));
    told.filter(|it| !it.trim().is_empty()).map(line)
}

fn counted((name, value): (&String, &Value)) -> Option<String> {
    let all = value.as_array()?;
    Some(format!("{} {name}", all.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tools_of_one_kind_have_one_verb() {
        for name in ["Bash", "run_shell_command", "exec_command"] {
            assert_eq!(verb(name), Some(Verb::Shell), "{name}");
        }
        assert_eq!(verb("Agent"), Some(Verb::Task));
        assert_eq!(verb("mcp__github__create_issue"), None);
    }

    #[test]
    fn the_most_telling_argument_is_shown_in_a_line() {
        let bash = json!({"description": "List", "command": "\n  ls -l\nrm x"});
        assert_eq!(hint(&bash), "ls -l");
        assert_eq!(hint(&json!({"limit": 3, "file_path": "/a b"})), "/a b");
        assert_eq!(hint(&json!({"odd": "one", "n": 1})), "one");
        assert_eq!(hint(&json!({"todos": [1, 2]})), "2 todos");
        assert_eq!(hint(&json!({"files": [{"path": "/a", "end": 3}, {"path": "/b"}]})), "/a");
        assert_eq!(hint(&json!({"commands": ["ls", "ps"]})), "ls");
        assert_eq!(hint(&json!("*** Begin Patch")), "*** Begin Patch");
        assert_eq!(hint(&json!([1])), "");
        assert_eq!(hint(&json!({"command": "é".repeat(300)})).chars().count(), LONGEST + 1);
    }
}
