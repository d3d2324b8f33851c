//! Images inside messages. They are named by their message and their place in it: what
//! a message holds never changes, so neither does what such a name stands for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use driftline_core::{Id, Value};

use driftline_entities::messages::block::{self, Block, outputs};

use super::content::Image;

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
        Block::Result(answer) => {
            outputs(answer.output).filter(|it| matches!(it, Block::Image(_))).count()
        }
        _ => 0,
    }
}

/// What an image is, without its bytes.
pub(super) fn describe(message: Id, index: usize, image: block::Image<'_>) -> Image {
    let media_type = if image.media_type.is_empty() { "image" } else { image.media_type };
    Image { message, index, media_type: media_type.to_owned(), bytes: image.data.len() / 4 * 3 }
}

/// The bytes of the image at `index` of a message with these `content` blocks.
pub(super) fn picture(content: Option<&Value>, index: usize) -> Option<Picture> {
    let image = |it| if let Block::Image(image) = it { Some(image) } else { None };
    let mut images = block::blocks(None, content).flat_map(|it| match it {
        Block::Result(answer) => outputs(answer.output).filter_map(image).collect(),
        other => Vec::from_iter(image(other)),
    });
    let image = images.nth(index)?;
    let media_type = SAFE.iter().find(|it| **it == image.media_type)?;
    let bytes = STANDARD.decode(image.data).ok().filter(|it| !it.is_empty())?;
    Some(Picture { media_type, bytes })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    use driftline_entities::messages::block::{image, result};

    #[test]
    fn images_are_found_by_their_place_also_inside_answers() {
        let content = json!([
            image("image/png", "AAAA"),
            result("a", json!(["x", image("image/gif", "AQEB"), image("image/svg+xml", "AAAA")]), false),
            image("image/jpeg", "%%%"),
            {"type": "image", "url": "https://example.org/a.png"},
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
