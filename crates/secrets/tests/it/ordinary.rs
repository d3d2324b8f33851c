//! What sessions are full of and nobody has to hide.

use driftline_secrets::Scanner;

const ORDINARY: &str = r#"
{"uuid":"3f0c9a52-7d1e-4b8a-9c66-1f2e3d4c5b6a","sessionId":"0193ab4e-77aa-7c3d-8e21-5f6a7b8c9d0e"}
{"type":"tool_use","id":"toolu_01A2b3C4d5E6f7G8h9J0kLmN","name":"Bash","input":{"command":"git log"}}
{"id":"msg_01XyZ2b3C4d5E6f7G8h9J0kL","requestId":"req_011CSHoEeqs5C35K2UUqR7Fy"}
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
"integrity": "sha512-Xk2bR9mQ7vT4pL8sN1wY6zA3cE5gH0jK2mO4qS6uW8yB1dF3hJ5lN7pR9tV1xZ3aC5eG7iK9mO1qS3uW5yA7cQ=="
checksum = "8bcd1e0b3a4f4d6c8b1e2f7a9c0d3e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d"
let token = lexer.next_token().ok_or(Error::UnexpectedEnd)?;
const accessToken = await getAccessToken(session.refreshToken, { audience });
password: process.env.DB_PASSWORD, apiKey: config.get("services.mail.apiKey"),
if (!req.headers.authorization) return res.status(401).json({ error: "missing token" });
Authorization: Bearer ${ACCESS_TOKEN}
Authorization: Bearer <your-token-here>
postgres://postgres:postgres@localhost:5432/app
postgres://user:password@localhost/db
DATABASE_URL=postgres://${DB_USER}:${DB_PASS}@${DB_HOST}/app
https://github.com/rust-lang/rust/pull/12345/files#diff-2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a
https://example.com:8443/path?query=1@2
git@github.com:acme/engine.git
OPENAI_API_KEY=your_api_key_here
ANTHROPIC_API_KEY=sk-ant-xxxxxxxxxxxxxxxxxxxxxxxx
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
secret_key = "change_me_in_production"
password = "correct horse battery staple"
token: "{{ secrets.DEPLOY_TOKEN }}"
API_TOKEN=$(op read op://vault/item/token)
token_type = "refresh_token_grant"; key = "application/vnd.api+json"
    key="sidebar-navigation-item-3" className="secret-panel__password-field"
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
fn max_tokens_per_minute(&self) -> u32 { self.tokens.len() as u32 }
{"input_tokens":12345,"cache_read_input_tokens":67890,"output_tokens":321}
drwxr-xr-x  5 ada ada 4096 Nov 25 18:48 sk-rendering-engine-prototype
-----BEGIN CERTIFICATE-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq2x7Zp2Lk9Vt4Xw8RbCdEfGhIjKlMnOpQrStUvWxYz ada@laptop
the asterisk-separated task-list and risk-adjusted disk-usage of the desk-mounted mask-layer
"#;

#[test]
fn ordinary_lines_hold_no_secrets() {
    let scanner = Scanner::new().unwrap();
    for line in ORDINARY.lines() {
        let found: Vec<_> =
            scanner.scan(line).into_iter().map(|it| (it.rule.id, &line[it.at])).collect();
        assert!(found.is_empty(), "{found:?} in {line}");
    }
}

#[test]
fn any_text_is_read_in_time() {
    let scanner = Scanner::new().unwrap();
    for part in [
        "key",
        "://a:",
        "token=\"",
        "bearer ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----\nMIIEq7Zp2Lk9Vt4Xw8Rb",
        "PuTTY-User-Key-File-3: ",
        "Private-Lines: 4\nAAAA",
        "[secret: jwt]",
        "[secret: jwt]ghp_q7Zp2Lk9Vt4Xw8Rbq7Zp2Lk9Vt4Xw8Rbq7Zp2",
        "\\\\n",
        "eyJ",
        "\u{1f511}",
        "secret_",
    ] {
        let text = part.repeat(200_000 / part.len());
        assert!(scanner.scan(&text).len() <= text.len());
        let redacted = scanner.redact(&text, &mut |_, _| ());
        assert!(redacted.is_none_or(|it| !it.is_empty()));
    }
}
