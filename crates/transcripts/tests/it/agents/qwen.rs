use serde_json::json;

use super::{home, import, said, session, text};

const TOOL: &str = "qwen-code";
const HOME: &str = "qwen-0.24.4";
const MAIN: &str = "019a4043-02e3-42f6-9a91-9524c17f64f7";
const FORK: &str = "e69ea5ec-7d5e-436d-8d24-b6c1cbf78f80";
const AGENT: &str = "<general-purpose-call_7930cbb62dad93c431>";

#[test]
fn a_session_reads_as_it_was() {
    let (store, _) = import(TOOL, &home(HOME));
    let (agent, main): (Vec<_>, Vec<_>) =
        said(&store, MAIN).into_iter().partition(|it| it.starts_with(AGENT));
    assert_eq!(
        main,
        [
            "prompt: Look at the project and tell me what it does. (#step:read)",
            "assistant: (thinks: The user wants an overview. Plan: read README.md, list src/,) \
             I will look around first. 🔎 [read_file read: /home/me/demo/README.md] \
             [run_shell_command shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
            "tool: [result: # Demo]",
            "tool: [result: Command: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\25]",
            "assistant: (thinks: Enough seen.) It is a tiny greeter 👩\u{200d}💻:",
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩\u{200d}💻",
            "assistant: (thinks: Read before editing.) First the file. \
             [read_file read: /home/me/demo/src/app.py]",
            "tool: [result: print(\"hello\")]",
            "assistant: [edit edit: /home/me/demo/src/app.py]",
            "tool: [result: The file: /home/me/demo/src/app.py has been updated. Showing]",
            "assistant: Now a file that is not there. \
             [read_file read: /home/me/demo/src/no-such-file.py]",
            "tool: [failed: File not found: /home/me/demo/src/no-such-file.py]",
            "assistant: [run_shell_command shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: Command: echo to-stderr >&2; exit 3]",
            "assistant: Edited `src/app.py`; the missing file stayed missing ❌.",
            "prompt: Let a helper count the statements, then print something long",
            "assistant: (thinks: Delegate.) A helper can look at this. \
             [agent task: Count the statements]",
            "tool: [result: Sub-agent report: `src/app.py` has one statement 🧪.]",
            "assistant: And a long output: [run_shell_command shell: \
             for i in $(seq 1 1500); do echo \"line $i of a long output äö]",
            "tool: [result: Output too large; the rest is in /home/me/.qwen/tmp/1.output]",
            "assistant: The helper says one statement; the output was long.",
            "summary: <summary>",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction. \
             [run_shell_command shell: git log --oneline | head -3]",
            "tool: [result: Command: git log --oneline | head -3]",
            "assistant: One commit so far.",
        ]
    );
    let lines = [
        "user: Read src/app.py and report how many statements it has. (#ste",
        "assistant: (thinks: I am the helper.) Reading for the parent.",
        "assistant: [read_file read: /home/me/demo/src/app.py]",
        "tool: [result: print(\"Grüß Gott, 世界 👋\")]",
        "assistant: Sub-agent report: `src/app.py` has one statement 🧪.",
    ];
    assert_eq!(agent, lines.map(|it| format!("{AGENT} {it}")));
}

#[test]
fn a_fork_and_its_origin_have_all_of_their_messages() {
    let (store, _) = import(TOOL, &home(HOME));
    let (main, fork) = (said(&store, MAIN), said(&store, FORK));
    let prompts = |all: &[String]| all.iter().filter(|it| it.starts_with("prompt: ")).count();
    assert_eq!((prompts(&main), prompts(&fork)), (4, 3));
    let common = fork.iter().filter(|it| main.contains(it)).count();
    assert_eq!((common, fork.len()), (10, 12));
    assert_eq!(
        fork[10..],
        [
            "prompt: Try another way. (#step:fork)",
            "assistant: (thinks: Another way.) This is the fork; the original stays as it was.",
        ]
    );
}

#[test]
fn what_is_told_of_a_session_is_known() {
    let (mut store, reports) = import(TOOL, &home(HOME));
    let main = session(&store, MAIN);
    assert_eq!(text(main, "name"), Some("A greeting in two languages"));
    assert_eq!(text(main, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(main, "git_branch"), Some("main"));
    assert_eq!(text(main, "model"), Some("qwen3-coder-plus"));
    let fork = session(&store, FORK);
    assert_eq!(
        text(fork, "name"),
        Some("Look at the project and tell me what it does. (#step:read)")
    );
    assert_eq!(store.all("sessions").len(), 3);
    let sessions: Vec<_> = reports.iter().map(|it| it.totals.sessions).collect();
    assert_eq!(sessions, [1, 1, 1, 0], "a sub-agent's file has none of its own");
    assert_eq!(reports[0].totals.left_out, [("ui_telemetry".to_owned(), 1)].into());

    // Its thoughts are among what it wrote.
    let answer = store.message("ad76055f-ef7f-4edb-9fb5-1e36e741edeb");
    let usage = json!({"input": 234, "cached": 1000, "output": 56, "reasoning": 10});
    assert_eq!(answer.value("usage"), Some(&usage));
    let failing = store.message("4d64e162-69a8-45db-8971-b194ae22945e");
    assert_eq!(failing.value("blocks").unwrap()[0]["exit"], 3);
    let cut = store.message("1ec86718-0605-429c-a85b-93e735345ad5");
    let notice = json!([{"type": "notice", "kind": "compaction", "details": {"tokens": 1234}}]);
    assert_eq!(cut.value("blocks"), Some(&notice));

    let before = store.clone();
    for found in super::found(TOOL, &home(HOME)) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    store.written = before.written;
    assert_eq!(store, before);
}

#[test]
fn what_the_program_says_as_the_person_is_no_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let chats = folder.path().join(".qwen/projects/p/chats");
    std::fs::create_dir_all(&chats).unwrap();
    let user = |uuid: &str, more: serde_json::Value| {
        let mut record = json!({
            "uuid": uuid, "sessionId": "s", "type": "user", "timestamp": "2026-01-01T00:00:00Z",
            "message": {"role": "user", "parts": [{"text": uuid}, {"inlineData": {"mimeType": "image/png"}}]},
        });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    let system = |uuid: &str, subtype: &str, payload: serde_json::Value| {
        json!({"uuid": uuid, "sessionId": "s", "type": "system", "subtype": subtype,
               "systemPayload": payload})
    };
    let lines = [
        user("older", json!({})),
        user(
            "added to",
            json!({"provenance": "real_user", "systemPayload": {"displayText": "typed"}}),
        ),
        user("meanwhile", json!({"subtype": "mid_turn_user_message", "provenance": "real_user"})),
        user("a timer", json!({"subtype": "cron", "provenance": "system"})),
        user("odd", json!({"message": 7, "systemPayload": []})),
        system("c", "slash_command", json!({"phase": "invocation", "rawCommand": "/stats"})),
        system("d", "slash_command", json!({"phase": "result", "rawCommand": "/stats"})),
        system("e", "rewind", json!(7)),
        system("f", "chat_compression", json!({"compressedHistory": [1], "info": 2})),
        system("g", "brand_new", json!({})),
        json!({"uuid": "h", "sessionId": "s", "type": "brand-new"}),
        json!({"uuid": "i", "sessionId": "s", "type": "tool_result", "toolCallResult": {"callId": "x"},
               "message": {"parts": [{"functionResponse": {"id": "y"}}, 7]}}),
        json!({"uuid": "j", "sessionId": "s", "type": "tool_result",
               "toolCallResult": {"callId": "y", "status": "cancelled", "durationMs": 7},
               "message": {"parts": [{"functionResponse": {"id": "y", "response": {"output": "no"}}}]}}),
        system("t", "custom_title", json!({"customTitle": "Made", "titleSource": "auto"})),
        system("u", "custom_title", json!({"customTitle": "Given", "titleSource": "manual"})),
    ];
    let lines: String = lines.iter().map(|it| format!("{it}\n")).collect();
    std::fs::write(chats.join("s.jsonl"), lines).unwrap();
    let (store, _) = import(TOOL, folder.path());
    assert_eq!(
        said(&store, "s"),
        [
            "prompt: older [image image/png]",
            "prompt: typed [image image/png]",
            "prompt: meanwhile [image image/png]",
            "user: a timer [image image/png]",
            "tool: [result: ] [other no type]",
            "tool: [failed: no]",
        ]
    );
    let role = |uuid: &str| text(store.message(uuid), "role");
    assert_eq!([role("c"), role("e"), role("f")], [Some("system"); 3]);
    assert_eq!([role("odd"), role("g"), role("h")], [Some("other"); 3]);
    assert_eq!(store.message("j").value("blocks").unwrap()[0]["took"], 7);
    assert_eq!(store.find("d"), None);
    assert_eq!(text(session(&store, "s"), "name"), Some("Given"));
}
