//! One item into or out of a list in the file, without touching what its owner wrote
//! around the others. A comment behind an item goes with it; all others stay.

use toml_edit::{Array, RawString, Value};

/// Puts `text` at the end, laid out as the items before it are.
pub(super) fn add(list: &mut Array, text: &str) {
    let Some(last) = list.len().checked_sub(1) else {
        let trailing = raw(Some(list.trailing()));
        list.push(text);
        // What stood between the brackets, such as a comment, stays before the item.
        if let Some(it) = list.get_mut(0).filter(|_| trailing.contains('\n')) {
            it.decor_mut().set_prefix(format!("{}\n  ", trailing.trim_end()));
            list.set_trailing("\n");
        }
        return;
    };
    let (before, behind) = list.get(last).map(around).unwrap_or_default();
    let tail = behind + &raw(Some(list.trailing()));
    if !before.contains('\n') && !tail.contains('\n') {
        return list.push(text);
    }
    let indent = before.rsplit_once('\n').map_or("  ", |it| it.1).to_owned();
    if let Some(it) = list.get_mut(last) {
        it.decor_mut().set_suffix("");
    }
    let mut item = Value::from(text);
    item.decor_mut().set_prefix(format!("{}\n{indent}", tail.trim_end()));
    list.push_formatted(item);
    list.set_trailing("\n");
}

/// Takes every `text` out.
pub(super) fn remove(list: &mut Array, text: &str) {
    let place_in = |list: &Array| list.iter().position(|it| it.as_str() == Some(text));
    while let Some(place) = place_in(list) {
        let (before, behind) = around(&list.remove(place));
        let next = list.get(place).map_or_else(|| raw(Some(list.trailing())), |it| around(it).0);
        let tail = behind + &next;
        let rest = match tail.find('\n') {
            // Its own line: what is behind it there is about it.
            Some(end) if before.contains('\n') => format!("{}{}", before.trim_end(), &tail[end..]),
            Some(_) => format!("{}{tail}", before.trim_end()),
            None => match list.get(place) {
                Some(_) => before,
                None => next,
            },
        };
        match list.get_mut(place) {
            Some(it) => it.decor_mut().set_prefix(rest),
            None => list.set_trailing(rest),
        }
        if list.is_empty() {
            list.set_trailing_comma(false);
        }
    }
}

/// What is written before and behind a value.
fn around(value: &Value) -> (String, String) {
    (raw(value.decor().prefix()), raw(value.decor().suffix()))
}

fn raw(text: Option<&RawString>) -> String {
    text.and_then(RawString::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;

    fn after(text: &str, change: impl Fn(&mut Array)) -> String {
        let mut document: DocumentMut = format!("x = {text} # end\n").parse().unwrap();
        change(document["x"].as_array_mut().unwrap());
        let text = document.to_string();
        text.parse::<DocumentMut>().unwrap();
        text.strip_prefix("x = ").unwrap().strip_suffix(" # end\n").unwrap().to_owned()
    }

    #[test]
    fn an_item_is_added_as_the_others_are_written() {
        let added = |text: &str| after(text, |it| add(it, "/n"));
        assert_eq!(added("[]"), "[\"/n\"]");
        assert_eq!(added("[\"/a\", \"/b\"]"), "[\"/a\", \"/b\", \"/n\"]");
        assert_eq!(added("[\n  # none\n]"), "[\n  # none\n  \"/n\"\n]");
        assert_eq!(
            added("[\n    \"/a\", # why\n    # more\n]"),
            "[\n    \"/a\", # why\n    # more\n    \"/n\",\n]"
        );
        assert_eq!(added("[\n  \"/a\" # why\n]"), "[\n  \"/a\", # why\n  \"/n\"\n]");
    }

    #[test]
    fn an_item_goes_with_the_comment_behind_it_and_no_other() {
        let text = "[\n  # all\n  \"/a\", # of a\n  \"/b\", # of b\n  \"/c\" # of c\n]";
        let without = |name: &str| after(text, |it| remove(it, name));
        assert_eq!(without("/a"), "[\n  # all\n  \"/b\", # of b\n  \"/c\" # of c\n]");
        assert_eq!(without("/b"), "[\n  # all\n  \"/a\", # of a\n  \"/c\" # of c\n]");
        assert_eq!(without("/c"), "[\n  # all\n  \"/a\", # of a\n  \"/b\" # of b\n]");
        assert_eq!(without("/d"), text);
        let short = |name: &str| after("[\"/a\", \"/b\"]", |it| remove(it, name));
        assert_eq!((short("/a"), short("/b")), ("[\"/b\"]".into(), "[\"/a\"]".into()));
        assert_eq!(after("[\n  \"/a\", # of a\n]", |it| remove(it, "/a")), "[\n]");
    }
}
