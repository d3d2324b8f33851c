//! Whatever a transcript holds, in every field: a page consists of the tags and the
//! attributes that this crate writes, and of text.

use driftline_core::{Id, Timestamp, Value};
use driftline_entities::{comments::Comment, messages::Message, sessions::Session};
use serde_json::json;

use crate::visit::Visit;

/// What does not belong into a page.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</pre></code><img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "<a href=\"javascript:alert(1)\">a</a>",
    "[a](javascript:alert(1)) [b](JAVASCRIPT:alert(1)) [c](data:text/html,<script>)",
    "[a](<javascript:alert(1)>) ![b](x\" onerror=\"alert(1)) <javascript:alert(1)>",
    "![pixel](http://evil.example/track.png) <img src=http://evil.example/x>",
    "[x]: javascript:alert(1)\n[x]",
    "`<script>` ```\n</script><script>\n```",
    "```html\"><script>alert(1)</script>\n<b onclick=x>\n```",
    "| a |\n|-|\n| <iframe src=//evil.example> |",
    "\u{1b}]8;;javascript:alert(1)\u{7}x\u{1b}]8;;\u{7}\u{1b}[31m<b>\u{1b}[0m",
    "\u{202e}txt.exe\u{2066}\u{200f}\u{0}\u{feff}",
    "<!--><script>alert(1)</script>-->",
    "<style>*{background:url(//evil.example)}</style><base href=//evil.example>",
    "<system-reminder><script>alert(1)</script></system-reminder>",
    "<command-name><img src=x onerror=alert(1)></command-name>",
    "&lt;script&gt;&#60;script&#62;",
    "${alert(1)} {{constructor.constructor('alert(1)')()}}",
];

const TAGS: &[&str] = &[
    "a",
    "article",
    "blockquote",
    "br",
    "button",
    "code",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "hr",
    "img",
    "input",
    "kbd",
    "label",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "path",
    "pre",
    "s",
    "section",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
];

fn is_ours(name: &str) -> bool {
    let known = [
        "alt",
        "autocomplete",
        "checked",
        "class",
        "d",
        "datetime",
        "dir",
        "disabled",
        "fill",
        "focusable",
        "height",
        "hidden",
        "href",
        "id",
        "maxlength",
        "method",
        "name",
        "open",
        "placeholder",
        "rel",
        "required",
        "role",
        "rows",
        "scope",
        "spellcheck",
        "start",
        "stroke",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-width",
        "tabindex",
        "target",
        "title",
        "type",
        "value",
        "viewbox",
        "width",
    ];
    known.contains(&name) || name.starts_with("data-") || name.starts_with("aria-")
}

/// Takes a page apart as a browser would, and holds every part against what is ours.
pub(crate) fn check(page: &str) {
    let control = page.find(['\u{0}', '\u{1b}', '\u{202e}', '\u{2066}', '\u{feff}']);
    assert_eq!(control, None, "a control in {:?}", control.map(|it| page[..it].rsplit('<').next()));
    let mut at = 0;
    while let Some(start) = page[at..].find('<').map(|it| at + it) {
        let end = tag_end(page, start);
        let tag = page[start + 1..end].trim_end_matches('/');
        let (closing, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name_end = tag.find(|it: char| it.is_whitespace()).unwrap_or(tag.len());
        let name = tag[..name_end].to_ascii_lowercase();
        assert!(TAGS.contains(&name.as_str()), "<{tag}>");
        if !closing {
            attributes(&tag[name_end..]);
        }
        at = end + 1;
    }
}

fn tag_end(page: &str, start: usize) -> usize {
    let mut quoted = false;
    for (place, it) in page[start..].char_indices() {
        match it {
            '"' => quoted = !quoted,
            '>' if !quoted => return start + place,
            _ => (),
        }
    }
    panic!("a tag does not end: {}", &page[start..page.len().min(start + 80)]);
}

fn attributes(text: &str) {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|it: char| it == '=' || it.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        assert!(is_ours(&name), "attribute {name} in {text}");
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix("=\"") {
            let (value, behind) = value.split_once('"').unwrap();
            if name == "href" {
                let may = ["/", "#", "https://", "http://", "mailto:"];
                assert!(may.iter().any(|it| value.starts_with(it)), "href {value}");
                assert!(!value.starts_with("//"), "href {value}");
            }
            rest = behind;
        }
        rest = rest.trim_start();
    }
}

fn blocks(evil: &str) -> Vec<(&'static str, Value)> {
    let text = json!([{"type": "text", "text": evil}]);
    let image = json!({"type": "image", "media_type": evil, "data": "AAAA"});
    vec![
        ("user", text.clone()),
        ("assistant", json!([{"type": "thinking", "text": evil}, {"type": "text", "text": evil}])),
        (
            "assistant",
            json!([
                {"type": "call", "id": "t", "name": evil, "hint": evil, "input": {"command": evil, evil: evil}},
                {"type": "call", "id": evil, "name": "Edit",
                 "input": {"file_path": evil, "old_string": evil, "new_string": format!("{evil}\n{evil}")}},
                {"type": "call", "id": "u", "name": "Task", "input": {"prompt": "go", "description": evil}},
            ]),
        ),
        (
            "tool",
            json!([
                {"type": "result", "call": "t", "failed": true, "output": format!("{evil}\n").repeat(60)},
                {"type": "result", "call": evil, "output": [{"type": "text", "text": evil}, image, {"type": evil, "x": evil}]},
                {"type": "result", "call": "gone", "output": evil},
            ]),
        ),
        ("user", json!([image, {"type": "image", "url": evil}])),
        ("summary", text.clone()),
        ("meta", text),
        ("system", json!([{"type": "system", "subtype": evil, "content": evil}])),
        (evil_role(), json!([{"type": evil, "deep": [evil]}])),
    ]
}

fn evil_role() -> &'static str {
    "<b onclick=x>"
}

/// A session in which `evil` is in every field. Returns its pages.
fn pages(visit: &Visit, evil: &str) -> Vec<String> {
    let some = || Some(evil.to_owned());
    let session = Session {
        name: some(),
        cwd: some(),
        external_id: some(),
        source: some(),
        model: some(),
        git_branch: some(),
        note: some(),
        read_at: Some(Timestamp(1_500)),
        ..Session::default()
    };
    let session = visit.replica.create(&session).unwrap();
    let mut pages = vec![format!("/s/{session}"), format!("/s/{session}?all=1")];
    let mut ids: Vec<Id> = Vec::new();
    let put = |at: usize, role: &str, agent: Option<String>, blocks: Value| {
        visit.replica.create(&Message {
            session: Some(session),
            role: Some(role.into()),
            external_id: Some(format!("{at}{evil}")),
            parent: at.checked_sub(1).map(|it| format!("{it}{evil}")),
            created_at: Some(Timestamp(1_000 * i64::try_from(at).unwrap())),
            model: some(),
            agent,
            text: some(),
            raw: some(),
            blocks: Some(blocks),
            ..Message::default()
        })
    };
    for (at, (role, blocks)) in blocks(evil).into_iter().enumerate() {
        ids.push(put(at, role, None, blocks).unwrap());
    }
    let inside = put(100, "user", some(), json!([{"type": "text", "text": "go"}])).unwrap();
    pages.push(format!("/s/{session}/inside/{inside}"));
    pages.push(format!("/s/{session}?at={inside}"));
    for message in [None, Some(ids[1]), Some(inside), Some(session)] {
        let comment = Comment {
            session: Some(session),
            message,
            body: some(),
            author: some(),
            resolved_at: None,
        };
        visit.replica.create(&comment).unwrap();
    }
    pages.extend(ids.iter().map(|it| format!("/m/{it}/raw")));
    visit.act(&format!("/s/{session}/pin"), "on=1");
    pages.into_iter().map(|it| visit.page(&it)).collect()
}

pub(crate) fn named() -> Session {
    Session { name: Some("Plain".into()), ..Session::default() }
}

#[test]
fn nothing_in_any_field_becomes_markup() {
    let visit = Visit::new();
    for evil in HOSTILE {
        for page in pages(&visit, evil) {
            check(&page);
        }
    }
}

#[test]
fn megabytes_in_a_line_and_ten_thousand_colours_are_cut_to_size() {
    let visit = Visit::new();
    let line = "<b>".repeat(350_000);
    let colours = "\u{1b}[31mx\u{1b}[0m".repeat(10_000);
    let session = visit.replica.create(&named()).unwrap();
    for (at, content) in [line, colours].into_iter().enumerate() {
        let at = i64::try_from(at).unwrap();
        let call = json!([{"type": "call", "id": at.to_string(), "name": "Bash", "input": {"command": content}}]);
        let result = json!([{"type": "result", "call": at.to_string(), "output": content}]);
        for (role, blocks) in [("assistant", call), ("tool", result)] {
            let message = Message {
                session: Some(session),
                role: Some(role.into()),
                created_at: Some(Timestamp(at)),
                blocks: Some(blocks),
                ..Message::default()
            };
            visit.replica.create(&message).unwrap();
        }
    }
    let page = visit.page(&format!("/s/{session}"));
    check(&page);
    assert!(page.len() < 150_000, "{} bytes", page.len());
}

#[test]
fn an_image_is_served_only_as_one_of_a_few_formats() {
    let visit = Visit::new();
    let session = visit.replica.create(&named()).unwrap();
    let image = |media: &str| json!({"type": "image", "media_type": media, "data": "AAAA"});
    let message = Message {
        session: Some(session),
        role: Some("user".into()),
        blocks: Some(json!([image("image/png"), image("text/html"), image("image/svg+xml")])),
        ..Message::default()
    };
    let id = visit.replica.create(&message).unwrap();
    let file = |index: &str| visit.get(&format!("/file/m/{id}/image/{index}"));
    let png = file("0");
    assert_eq!(png.status, 200);
    assert!(
        png.head.contains("content-type: image/png") && png.head.contains("nosniff"),
        "{}",
        png.head
    );
    for index in ["1", "2", "3", "x"] {
        assert_eq!(file(index).status, 404, "{index}");
    }
}

/// Letters that nobody sees, where nobody writes them.
const UNSEEN: &str =
    "a\u{200b}b\u{200d}c\u{2060}d\u{ad}e\u{3164}f\u{fe00}g\u{e0101}h\u{e0041}i\u{202e}";

#[test]
fn letters_that_nobody_sees_are_shown_wherever_they_are() {
    let visit = Visit::new();
    let mut all = pages(&visit, UNSEEN);
    let note = driftline_entities::inbox::InboxItem {
        title: Some(UNSEEN.into()),
        body: Some(UNSEEN.into()),
        ..driftline_entities::inbox::InboxItem::default()
    };
    let note = visit.replica.create(&note).unwrap();
    let place = driftline_entities::workspaces::Workspace {
        path: Some(UNSEEN.into()),
        ..driftline_entities::workspaces::Workspace::default()
    };
    let place = visit.replica.create(&place).unwrap();
    let paths = [
        format!("/inbox?at={note}"),
        "/inbox".into(),
        "/workspaces".into(),
        "/e/sessions".into(),
        "/e/messages".into(),
        "/e/comments".into(),
        format!("/e/inbox/{note}"),
        format!("/e/workspaces/{place}"),
        format!("/why/{note}"),
    ];
    all.extend(paths.iter().map(|it| visit.page(it)));
    for page in all {
        // What a form or a list sends back is the value itself.
        let mut parts = page.split("value=\"");
        let first = parts.next().unwrap_or_default().to_owned();
        let shown = parts.filter_map(|it| Some(it.split_once('"')?.1));
        let page: String = std::iter::once(&*first).chain(shown).collect();
        let unseen = page.find(driftline_text::is_unsafe);
        assert_eq!(unseen, None, "{:?}", unseen.map(|it| page[..it].rsplit('<').next()));
    }
}
