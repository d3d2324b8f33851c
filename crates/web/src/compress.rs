//! Packs what is sent: pages, fragments, the script and the styles, and nothing else. Images
//! are packed already; the stream of changes would wait for more to pack.
//!
//! How well a text packs tells what repeats in it. That gives away a secret where a stranger
//! can put guesses beside it, have it sent again and again, and see how long it was (BREACH).
//! Here the secret of this run and the codes are in no answer of these types: the one is
//! traded as plain text and comes back in a header, the others are in JSON and plain text,
//! which stay as they are. A fragment does hold what its address asks for, beside a person's
//! rows; but only who has the secret is answered with one, and the guard refuses what other
//! pages ask for before anything is looked up.

use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
};

/// What packing is worth its while for: the rest fits into a packet as it is.
const WORTH: u16 = 1_024;
/// What may be packed.
const TYPES: [&str; 3] = ["text/html", "text/javascript", "text/css"];

/// Packs answers for who says that they can unpack them. Quickly rather than well: nothing
/// is on the way but this machine.
pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(WORTH).and(is_packed))
}

fn is_packed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let media = media.and_then(|it| it.split(';').next()).unwrap_or_default();
    TYPES.contains(&media.trim())
}
