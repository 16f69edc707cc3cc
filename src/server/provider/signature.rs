//! Signatures of callbacks: HMAC-SHA-256 over the time and the body (RFC 2104), in the form that payment services
//! commonly use: `t=<unix seconds>,v1=<hex>`.

use std::fmt::Write;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;

/// A signature counts so long: who writes it down and sends it again is too late.
const GOOD_FOR: Duration = Duration::from_mins(5);

/// SHA-256 works through blocks of so many bytes; a key of HMAC has as many.
const BLOCK: usize = 64;

/// What a service and we know, and nobody else.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// A callback as it came, unread.
#[derive(Clone, Debug)]
pub struct SignedCallback {
    /// The header `Voltbay-Signature`.
    pub signature: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Secret {
    /// From a setting.
    pub fn new(words: &str) -> Self {
        Self::of(words.as_bytes())
    }

    /// One that only this process knows.
    pub fn random() -> Self {
        Self::of(&rand::random::<[u8; 32]>())
    }

    /// Shorter keys are filled up with zeros, longer ones hashed first (RFC 2104 §2).
    fn of(bytes: &[u8]) -> Self {
        let mut key = [0; BLOCK];
        if bytes.len() <= BLOCK {
            key[..bytes.len()].copy_from_slice(bytes);
        } else {
            let hash = Sha256::digest(bytes);
            key[..hash.len()].copy_from_slice(&hash);
        }
        Self(Hmac::new(&key.into()))
    }

    /// Signs a body at an instant.
    pub fn sign(&self, body: Vec<u8>, now: Timestamp) -> SignedCallback {
        let seconds = now.micros() / 1_000_000;
        let code = self.code(seconds, &body).finalize().into_bytes();
        let mut signature = format!("t={seconds},v1=");
        for byte in code {
            // Writing into a String cannot fail.
            let _ = write!(signature, "{byte:02x}");
        }
        SignedCallback { signature, body }
    }

    /// Whether somebody who knows the secret signed it within the last minutes.
    pub fn has_signed(&self, callback: &SignedCallback, now: Timestamp) -> bool {
        let mut parts = callback
            .signature
            .split(',')
            .filter_map(|part| part.split_once('='));
        let (Some(("t", seconds)), Some(("v1", hex))) = (parts.next(), parts.next()) else {
            return false;
        };
        let (Ok(seconds), Some(code)) = (seconds.parse::<i64>(), bytes(hex)) else {
            return false;
        };
        let age = (now.micros() / 1_000_000).abs_diff(seconds);
        // The comparison takes the same time wherever the codes differ.
        age <= GOOD_FOR.as_secs() && self.code(seconds, &callback.body).verify_slice(&code).is_ok()
    }

    fn code(&self, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut code = self.0.clone();
        code.update(format!("{seconds}.").as_bytes());
        code.update(body);
        code
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        Timestamp::from_micros(1_763_726_400_000_000)
    }

    #[test]
    fn only_what_was_signed_lately_with_the_secret_counts() {
        let secret = Secret::new("between us");
        let callback = secret.sign(b"paid".to_vec(), noon());
        assert!(secret.has_signed(&callback, noon()));
        assert!(secret.has_signed(&callback, noon() + GOOD_FOR));
        assert!(!secret.has_signed(&callback, noon() + GOOD_FOR + Duration::from_secs(1)));
        assert!(!Secret::new("somebody else's").has_signed(&callback, noon()));
        let changed = SignedCallback {
            body: b"paid twice".to_vec(),
            ..callback.clone()
        };
        assert!(!secret.has_signed(&changed, noon()));
        let later = callback.signature.replace("t=1763726400", "t=1763726401");
        assert_ne!(later, callback.signature);
        for signature in [
            later.as_str(),
            "",
            "t=1763726400",
            "t=1763726400,v1=",
            "t=x,v1=00",
            "t=1763726400,v1=zz",
        ] {
            let forged = SignedCallback {
                signature: signature.to_owned(),
                body: b"paid".to_vec(),
            };
            assert!(!secret.has_signed(&forged, noon()), "{signature}");
        }
    }

    /// RFC 4231, test cases 2 (a short key) and 6 (one longer than a block).
    #[test]
    fn codes_are_those_of_the_standard() {
        let cases = [
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, words, expected) in cases {
            let mut code = Secret::of(&key).0;
            code.update(words.as_bytes());
            assert!(code.verify_slice(&bytes(expected).unwrap()).is_ok(), "{words}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_signed_is_recognised(body in proptest::collection::vec(0_u8..=255, 0..200), seconds in 0_i64..4_000_000_000) {
            let secret = Secret::random();
            let now = Timestamp::from_micros(seconds * 1_000_000);
            let callback = secret.sign(body, now);
            proptest::prop_assert!(secret.has_signed(&callback, now));
        }
    }
}
