//! Secrets that prove a session: 256 random bits, of which only the SHA-256 is ever stored. A secret that
//! long cannot be guessed, so a fast hash protects it as well as a slow one.

use sha2::{Digest, Sha256};

/// A fresh secret, 64 hexadecimal digits.
pub fn fresh() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// What is stored of a secret.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_equal() {
        assert_ne!(fresh(), fresh());
        assert_eq!(fresh().len(), 64);
    }

    #[test]
    fn the_hash_is_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), expected);
    }
}
