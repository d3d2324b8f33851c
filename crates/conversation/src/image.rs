//! Images inside messages. They are named by their message and their place in it: what
//! a message holds never changes, so neither does what such a name stands for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use driftline_core::{Id, Value};

use super::{
    block::{Block, blocks},
    content::Image,
};

/// What a browser may be handed as an image: formats that hold no script.
const SAFE: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The bytes of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// One of a few formats that hold no script.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How many images a block holds.
pub(super) fn count(block: &Block<'_>) -> usize {
    match block {
        Block::Image(_) => 1,
        Block::Result { content, .. } => {
            blocks(Some(content)).filter(|it| matches!(it, Block::Image(_))).count()
        }
        _ => 0,
    }
}

/// What an image is, without its bytes.
pub(super) fn describe(message: Id, index: usize, image: &Value) -> Image {
    let source = |field: &str| image.pointer(&format!("/source/{field}")).and_then(Value::as_str);
    let data = source("data").unwrap_or_default();
    let media_type = source("media_type").unwrap_or("image").to_owned();
    Image { message, index, media_type, bytes: data.len() / 4 * 3 }
}

/// The bytes of the image at `index` of a message with these `content` blocks.
pub(super) fn picture(content: Option<&Value>, index: usize) -> Option<Picture> {
    let mut images = blocks(content).flat_map(|it| match it {
        Block::Image(value) => vec![value],
        Block::Result { content, .. } => blocks(Some(content))
            .filter_map(|it| if let Block::Image(value) = it { Some(value) } else { None })
            .collect(),
        _ => Vec::new(),
    });
    let image = images.nth(index)?;
    let source = |field: &str| image.pointer(&format!("/source/{field}")).and_then(Value::as_str);
    let media_type = SAFE.iter().find(|it| Some(**it) == source("media_type"))?;
    let bytes = STANDARD.decode(source("data")?).ok()?;
    Some(Picture { media_type, bytes })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn image(media_type: &str, data: &str) -> Value {
        json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
    }

    #[test]
    fn images_are_found_by_their_place_also_inside_answers() {
        let content = json!([
            image("image/png", "AAAA"),
            {"type": "tool_result", "content": ["x", image("image/gif", "AQEB"), image("image/svg+xml", "AAAA")]},
            image("image/jpeg", "%%%"),
            {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        ]);
        let found = |index| picture(Some(&content), index);
        assert_eq!(found(0), Some(Picture { media_type: "image/png", bytes: vec![0; 3] }));
        assert_eq!(found(1), Some(Picture { media_type: "image/gif", bytes: vec![1; 3] }));
        assert_eq!(found(2), None, "an SVG can hold a script");
        assert_eq!(found(3), None, "no base64");
        assert_eq!(found(4), None, "nothing is fetched from elsewhere");
        assert_eq!(found(5), None);
    }
}
