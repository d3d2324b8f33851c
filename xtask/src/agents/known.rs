//! The agents that are tried: their packages, and how each is pointed at a model and started
//! without a terminal.

use serde_json::json;

/// What starts an agent, inside the folder of its packages.
pub(super) enum Program {
    /// A program of this machine's kind: before and after the kind, such as `linux-x64`.
    Native(&'static str, &'static str),
    /// A script for Node.
    Script(&'static str),
}

/// An agent.
pub(super) struct Agent {
    /// As Driftline names it.
    pub(super) name: &'static str,
    /// Its command, and the folder of its packages.
    pub(super) command: &'static str,
    pub(super) package: &'static str,
    pub(super) program: Program,
    /// A file of settings in the home folder, for a model at this address.
    pub(super) settings: fn(&str) -> Option<(&'static str, String)>,
    pub(super) variables: fn(&str) -> Vec<(&'static str, String)>,
    /// The words that go on with the session before.
    pub(super) again: &'static [&'static str],
    /// The words that fork the session that the agent calls so. None: they need a terminal, or
    /// there are none.
    pub(super) fork: Option<fn(&str) -> Vec<String>>,
    /// The words after the command: those that go on with a session, and a prompt.
    pub(super) words: fn(&[String], &str) -> Vec<String>,
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|it| (*it).to_owned()).collect()
}

fn words(before: &[&str], again: &[String], after: &[&str]) -> Vec<String> {
    [owned(before), again.to_vec(), owned(after)].concat()
}

fn variables(of: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    of.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// All of them.
pub(super) const AGENTS: [Agent; 6] = [
    Agent {
        name: "claude-code",
        command: "claude",
        package: "@anthropic-ai/claude-code",
        program: Program::Native("@anthropic-ai/claude-code-", "/claude"),
        settings: |_| None,
        variables: |url| {
            variables(&[
                ("ANTHROPIC_BASE_URL", url),
                ("ANTHROPIC_API_KEY", "none"),
                ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
                ("DISABLE_AUTOUPDATER", "1"),
            ])
        },
        again: &["--continue"],
        fork: Some(|id| owned(&["--resume", id, "--fork-session"])),
        words: |again, prompt| {
            let tools = ["--allowedTools", "Bash", "--model", "claude-sonnet-4-5"];
            words(&[], again, &[&["-p", prompt][..], &tools].concat())
        },
    },
    Agent {
        name: "codex",
        command: "codex",
        package: "@openai/codex",
        program: Program::Script("@openai/codex/bin/codex.js"),
        settings: |url| {
            let config = format!(
                r#"model = "gpt-5.1-codex"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
[analytics]
enabled = false
"#
            );
            Some((".codex/config.toml", config))
        },
        variables: |_| Vec::new(),
        again: &["resume", "--last"],
        fork: Some(|id| owned(&["fork", id])),
        words: |again, prompt| words(&["exec", "--skip-git-repo-check"], again, &[prompt]),
    },
    Agent {
        name: "pi",
        command: "pi",
        package: "@mariozechner/pi-coding-agent",
        program: Program::Script("@mariozechner/pi-coding-agent/dist/cli.js"),
        settings: |url| {
            let model = json!({"id": "scripted", "reasoning": true, "contextWindow": 200_000});
            let provider = json!({
                "baseUrl": format!("{url}/v1"), "api": "openai-completions",
                "apiKey": "none", "models": [model],
            });
            let settings = json!({"providers": {"scripted": provider}});
            Some((".pi/agent/models.json", settings.to_string()))
        },
        variables: |_| variables(&[("PI_OFFLINE", "1"), ("PI_TELEMETRY", "0")]),
        again: &["--continue"],
        fork: Some(|id| owned(&["--fork", id])),
        words: |again, prompt| {
            let model = ["--provider", "scripted", "--model", "scripted"];
            words(&model, again, &["-p", prompt])
        },
    },
    Agent {
        name: "qwen-code",
        command: "qwen",
        package: "@qwen-code/qwen-code",
        program: Program::Script("@qwen-code/qwen-code/cli.js"),
        settings: |_| {
            let settings = json!({
                "security": {"auth": {"selectedType": "openai"}},
                "privacy": {"usageStatisticsEnabled": false},
                "general": {"enableAutoUpdate": false, "chatRecording": true},
            });
            Some((".qwen/settings.json", settings.to_string()))
        },
        variables: |url| {
            variables(&[
                ("OPENAI_API_KEY", "none"),
                ("OPENAI_BASE_URL", &format!("{url}/v1")),
                ("OPENAI_MODEL", "qwen3-coder-plus"),
            ])
        },
        again: &["--continue"],
        fork: Some(|id| owned(&["--resume", id, "--fork-session"])),
        words: |again, prompt| words(&["-y"], again, &[prompt]),
    },
    Agent {
        name: "gemini-cli",
        command: "gemini",
        package: "@google/gemini-cli",
        program: Program::Script("@google/gemini-cli/bundle/gemini.js"),
        settings: |_| {
            let settings = json!({
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "privacy": {"usageStatisticsEnabled": false},
                "general": {"enableAutoUpdate": false},
            });
            Some((".gemini/settings.json", settings.to_string()))
        },
        variables: |url| {
            variables(&[
                ("GEMINI_API_KEY", "none"),
                ("GOOGLE_GEMINI_BASE_URL", url),
                ("GEMINI_CLI_TRUST_WORKSPACE", "true"),
            ])
        },
        again: &["--resume", "latest"],
        fork: None,
        words: |again, prompt| words(&["-y", "-m", "gemini-2.5-pro"], again, &["-p", prompt]),
    },
    Agent {
        name: "opencode",
        command: "opencode",
        package: "opencode-ai",
        program: Program::Native("opencode-", "/bin/opencode"),
        settings: |url| {
            let provider = json!({
                "npm": "@ai-sdk/openai-compatible", "name": "Scripted",
                "options": {"baseURL": format!("{url}/v1"), "apiKey": "none"},
                "models": {"scripted": {"name": "Scripted", "tool_call": true}},
            });
            let settings = json!({
                "autoupdate": false, "share": "disabled",
                "model": "scripted/scripted", "small_model": "scripted/scripted",
                "permission": {"bash": "allow"}, "provider": {"scripted": provider},
            });
            Some((".config/opencode/opencode.json", settings.to_string()))
        },
        variables: |_| {
            variables(&[
                ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
                ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
                ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
                ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1"),
            ])
        },
        again: &["--continue"],
        fork: Some(|id| owned(&["--session", id, "--fork"])),
        words: |again, prompt| words(&["run", "-m", "scripted/scripted"], again, &["--", prompt]),
    },
];
