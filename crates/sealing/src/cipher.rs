//! What a key does: it seals bytes with XChaCha20-Poly1305, under a nonce that is drawn each time
//! or follows from what is sealed, and stands for texts by keyed hashes.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use driftline_core::Env;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::Key;

const NONCE: usize = 24;

impl Key {
    /// The bytes of `plain`, sealed. They open only with the same `bound`, which they do not hold.
    /// None if there are more than the cipher takes at once.
    pub fn seal(&self, plain: &[u8], bound: &[u8], env: &dyn Env) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        for part in nonce.chunks_mut(8) {
            part.copy_from_slice(&env.random().to_be_bytes());
        }
        self.sealed(plain, bound, nonce)
    }

    /// As [`seal`](Self::seal), but the same bytes, bound to the same, are sealed alike, on every
    /// device that has the key: for what is compared without being opened. Who looks on can tell
    /// that they are the same.
    pub fn seal_alike(&self, plain: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        // Of all that is sealed: nothing else ever has this nonce.
        nonce.copy_from_slice(self.keyed_hash("nonce", &[bound, plain]).get(..NONCE)?);
        self.sealed(plain, bound, nonce)
    }

    fn sealed(&self, plain: &[u8], bound: &[u8], nonce: [u8; NONCE]) -> Option<Vec<u8>> {
        let payload = Payload { msg: plain, aad: bound };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// What was sealed; none if it was sealed with another key, bound to something else, or changed.
    pub fn open(&self, sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: bound };
        self.cipher().decrypt(&XNonce::from(nonce), payload).ok()
    }

    /// What stands for these texts where equal ones have to be found: who has not the key cannot
    /// tell which they are, nor try out guesses.
    pub fn keyed_hash<T: AsRef<[u8]>>(&self, purpose: &str, texts: &[T]) -> Vec<u8> {
        let key = Sha256::new().chain_update(b"driftline-key-hash").chain_update(self.bytes());
        let key = key.finalize();
        // It takes a key of any length.
        let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(&key) else { return Vec::new() };
        for text in [purpose.as_bytes()].into_iter().chain(texts.iter().map(AsRef::as_ref)) {
            // With its length before it, so that no two lists look like one.
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.finalize().into_bytes().to_vec()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use driftline_core::Simulated;

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_bound_alone() {
        let env = Simulated::new(1, 0);
        let (key, other) = (Key::draw(&env), Key::draw(&env));
        let sealed = key.seal(b"holds", b"here", &env).unwrap();
        assert_eq!(key.open(&sealed, b"here").as_deref(), Some(&b"holds"[..]));
        assert_eq!(key.open(&sealed, b"there"), None);
        assert_eq!(other.open(&sealed, b"here"), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(key.open(&changed, b"here"), None, "at {place}");
            assert_eq!(key.open(&sealed[..place], b"here"), None, "up to {place}");
        }
        assert_ne!(key.seal(b"holds", b"here", &env).unwrap(), sealed, "no nonce is used twice");
    }

    #[test]
    fn what_is_sealed_alike_differs_wherever_anything_differs() {
        let env = Simulated::new(1, 0);
        let (key, other) = (Key::draw(&env), Key::draw(&env));
        let sealed = key.seal_alike(b"holds", b"here").unwrap();
        assert_eq!(key.seal_alike(b"holds", b"here").unwrap(), sealed);
        assert_eq!(key.open(&sealed, b"here").as_deref(), Some(&b"holds"[..]));
        for another in [
            key.seal_alike(b"hold", b"shere"),
            key.seal_alike(b"holds", b"there"),
            other.seal_alike(b"holds", b"here"),
        ] {
            assert_ne!(another.unwrap()[..NONCE], sealed[..NONCE], "no nonce is used twice");
        }
    }

    #[test]
    fn a_keyed_hash_depends_on_all_that_it_stands_for() {
        let env = Simulated::new(1, 0);
        let (key, other) = (Key::draw(&env), Key::draw(&env));
        let hash = key.keyed_hash("key", &["a", "bc"]);
        assert_eq!(hash, key.keyed_hash("key", &["a", "bc"]));
        assert_eq!(hash.len(), 32);
        for another in [
            key.keyed_hash("key", &["ab", "c"]),
            key.keyed_hash("owner", &["a", "bc"]),
            key.keyed_hash("key", &["a", "bc", ""]),
            other.keyed_hash("key", &["a", "bc"]),
        ] {
            assert_ne!(hash, another);
        }
    }
}
